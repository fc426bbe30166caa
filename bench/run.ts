/**
 * `npm run bench`: every question, one after the other, each with its table, and bench/results.json, which the figures in
 * the documents come from. See README.md.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { refuse } from "./lib/flags.js";
import { repositoryDir } from "./lib/machine.js";
import { elapsed } from "./lib/progress.js";
import { withTempDir } from "./lib/temp-dir.js";
import { QUESTIONS } from "./questions.js";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: Object.keys(QUESTIONS) },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    results: { type: "string" },
  },
});
const unknown = values.only.filter((name) => QUESTIONS[name] === undefined);
if (unknown.length > 0) {
  refuse(`no question: ${unknown.join(", ")}; there are ${Object.keys(QUESTIONS).join(", ")}`);
}
/** A short look is not for the documents. */
const resultsFile =
  values.results ?? (values.quick ? undefined : join(repositoryDir, "bench", "results.json"));
const rounds = values.rounds ?? (values.quick ? "1" : undefined);
const failed: string[] = [];

// A question and all that it starts are a process group, and all their files are in one folder: a Ctrl-C ends and removes both.
let running: ChildProcess | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.prependListener(signal, () => endGroup());
}

await withTempDir(async (dir) => {
  const names = Object.keys(QUESTIONS).filter((name) => values.only.includes(name));
  for (const [index, name] of names.entries()) {
    const { asks, quick, obstacle } = QUESTIONS[name]!;
    process.stderr.write(`\n== ${index + 1} of ${names.length}, after ${elapsed()}: ${name}. ${asks}\n`);
    if (obstacle) {
      process.stderr.write(`SKIPPED: ${obstacle}\n`);
      continue;
    }
    const flags = [...(values.quick ? quick : []), ...(rounds === undefined ? [] : ["--rounds", rounds])];
    const found = await ask(name, flags, dir);
    if (found === undefined) {
      failed.push(name);
      continue;
    }
    process.stdout.write(`\n## ${asks}\n\n${found.tables}\n`);
    if (resultsFile !== undefined) keep(resultsFile, name, { ...origin(flags), ...found });
  }
  process.stderr.write(
    `\nAfter ${elapsed()}: ${failed.length === 0 ? "done" : `FAILED: ${failed.join(", ")}`}\n`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
});

/** What it answered; undefined when it failed, and then it has said why. */
async function ask(
  name: string,
  flags: readonly string[],
  dir: string,
): Promise<{ readonly tables: string } | undefined> {
  const module = fileURLToPath(new URL(`./${name}/run.js`, import.meta.url));
  running = spawn(process.execPath, [module, "--json", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    env: { ...process.env, TMPDIR: dir },
  });
  const [said, [code]] = await Promise.all([
    text(running.stdout!),
    once(running, "exit") as Promise<[number | null]>,
  ]);
  endGroup();
  if (code === 0) return JSON.parse(said) as { tables: string };
  process.stderr.write(`${name} ended with ${code}\n${said}`);
  return undefined;
}

function endGroup(): void {
  if (running?.pid === undefined) return;
  try {
    process.kill(-running.pid, "SIGKILL");
  } catch (error) {
    // All of it has ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  running = undefined;
}

/** When, of what and how it was measured. */
function origin(flags: readonly string[]): object {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: repositoryDir, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", "src") === "" ? "" : ", changed";
  const commit = `${git("rev-parse", "--short", "HEAD")}${changed}`;
  return { date: new Date().toISOString().slice(0, 10), commit, node: process.version, flags };
}

/** Beside what other questions found, perhaps at another time. */
function keep(file: string, name: string, found: object): void {
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as object) : {};
  const all: Record<string, object> = { ...before, [name]: found };
  const inOrder = Object.keys(QUESTIONS).filter((question) => all[question] !== undefined);
  const results = Object.fromEntries(inOrder.map((question) => [question, all[question]]));
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}
