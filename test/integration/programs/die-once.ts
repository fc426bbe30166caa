/** Loaded before a program: the first worker thread that ships dies of an error soon after it has begun. */
import { existsSync, writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const LIFE_MS = 300;
const diedPath = process.env.DIED_PATH!;

if (!isMainThread && !existsSync(diedPath)) {
  writeFileSync(diedPath, "");
  setTimeout(() => {
    throw new Error("a defect in the worker");
  }, LIFE_MS);
}
