/**
 * Which letters were sent again or dropped: beside each file of letters, `<name>.gone` lists the bytes of those that are
 * gone as ranges, `[[0,1041],[3000,3999]]`, both ends included. It is replaced in one step, by the holder of the lease.
 *
 * The letters of a replay that is decided on (replay-intent.ts) are gone as well. A list that is missing or damaged means
 * that nothing is gone: doubles rather than loss.
 *
 * A file whose letters are all gone is deleted, whoever may still append to it: see letter-file.ts for how. A torn line
 * at its end is no letter: its record never left the buffer. The list stays for a while longer, for an appender who finds
 * his file deleted and must know whether his letters were among those that are gone.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { AcknowledgedRanges } from "../buffer/ranges.js";
import { areRanges, type ByteRange, rangesFrom, rangesOf } from "./byte-ranges.js";
import { GONE_SUFFIX, listLetters, listRetired, namesIn, RETIRED_SUFFIX, replaceDurably } from "./folder.js";
import { linesOf } from "./lines.js";
import { readIntent } from "./replay-intent.js";

/** What is gone of a file. */
export function goneOf(dir: string, name: string): AcknowledgedRanges {
  return rangesFrom([...readGone(dir, name), ...(readIntent(dir)?.letters[name] ?? [])]);
}

/** Adds to what is gone of a file; resolves when that is on the disk. */
export async function markGone(dir: string, name: string, ranges: readonly ByteRange[]): Promise<void> {
  const all = rangesOf(rangesFrom([...readGone(dir, name), ...ranges]));
  await replaceDurably(join(dir, name + GONE_SUFFIX), JSON.stringify(all));
}

function readGone(dir: string, name: string): readonly ByteRange[] {
  try {
    const ranges: unknown = JSON.parse(readFileSync(join(dir, name + GONE_SUFFIX), "utf8"));
    return areRanges(ranges) ? ranges : [];
  } catch {
    return [];
  }
}

/** Far longer than an appender takes from its write to its look at the file. */
const LIST_KEPT_MS = 3_600_000;

/** Deletes the files whose letters are all gone; `mayDelete` is asked last of all. For the holder of the lease. */
export async function deleteGone(dir: string, nowMs: number, mayDelete: () => boolean): Promise<void> {
  for (const { name } of listRetired(dir)) {
    await renameQuietly(join(dir, name), join(dir, name.slice(0, -RETIRED_SUFFIX.length)));
  }
  for (const { name } of listLetters(dir)) {
    const path = join(dir, name);
    const gone = goneOf(dir, name);
    if (!(await allGone(path, gone))) continue;
    const retired = path + RETIRED_SUFFIX;
    await renameQuietly(path, retired);
    if ((await allGone(retired, gone)) && mayDelete()) await unlinkQuietly(retired);
    else await renameQuietly(retired, path);
  }
  for (const name of namesIn(dir).filter((name) => name.endsWith(GONE_SUFFIX))) {
    const list = join(dir, name);
    const old = nowMs - statSync(list).mtimeMs > LIST_KEPT_MS;
    if (old && !existsSync(list.slice(0, -GONE_SUFFIX.length))) await unlinkQuietly(list);
  }
}

/** No whole line stands behind what is gone without a gap. */
async function allGone(path: string, { contiguous }: AcknowledgedRanges): Promise<boolean> {
  const file = await open(path, "r").catch(ignoreMissing);
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    for await (const _line of linesOf(file, size, contiguous)) return false;
    return true;
  } finally {
    await file.close();
  }
}

/** An appender may have renamed it first. */
async function renameQuietly(from: string, to: string): Promise<void> {
  await rename(from, to).catch(ignoreMissing);
}

async function unlinkQuietly(path: string): Promise<void> {
  await unlink(path).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
