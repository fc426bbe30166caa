/**
 * `levels.json` in the folder of all journals: which level the loggers of a service have, whatever they were made with. Written
 * by `dragonlog level`; looked at by the loggers of that folder.
 *
 *     {"version":1,"levels":{"shop":"debug"}}
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LEVELS, type Level } from "../record/types.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { createFolder, replaceFile } from "./folder.js";

const FILE = "levels.json";
/** More is not read: thousands of services stand in less. */
const FILE_BYTES_MAX = 1 << 20;

export type LevelsByService = ReadonlyMap<string, Level>;

export function levelFile(root: string): string {
  return join(root, FILE);
}

/** A text that changes when the file does; empty where there is none. */
export function levelFileMark(root: string): string {
  const stat = statSync(levelFile(root), { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino}-${stat.mtimeMs}-${stat.size}`;
}

/** Empty where there is no file. Throws DRAGONLOG_OPTION_INVALID for one that cannot be read, or holds something else. */
export function readLevels(root: string): LevelsByService {
  const path = levelFile(root);
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return new Map();
    if (!stat.isFile() || stat.size > FILE_BYTES_MAX) throw new Error("it is no file of levels");
    return levelsIn(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      `${path} cannot be used: ${messageOf(error)}`,
      "Delete it, and set levels with `dragonlog level` again.",
      error,
    );
  }
}

/** Seen by each logger at its next look. Readable for its owner only, as the journals are. */
export function writeLevels(root: string, levels: LevelsByService): void {
  createFolder(root);
  replaceFile(levelFile(root), `${JSON.stringify({ version: 1, levels: Object.fromEntries(levels) })}\n`);
}

export function isLevel(text: unknown): text is Level {
  return (
    typeof text === "string" &&
    text === text.toLowerCase() &&
    (LEVELS as readonly string[]).includes(text.toUpperCase())
  );
}

function levelsIn(text: string): LevelsByService {
  const { version, levels } = JSON.parse(text) as { version?: unknown; levels?: unknown };
  if (version !== 1 || typeof levels !== "object" || levels === null) throw new Error("it holds no levels");
  const entries = Object.entries(levels);
  const wrong = entries.find(([, level]) => !isLevel(level));
  if (wrong !== undefined) throw new Error(`the level of ${JSON.stringify(wrong[0])} is none`);
  return new Map(entries as [string, Level][]);
}
