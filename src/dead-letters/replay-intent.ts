/** What a replay has decided on: `replay.json`. From the moment it stands there, the replay is carried through; see replay.ts. */
import { readFileSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { areRanges, type ByteRanges } from "./byte-ranges.js";
import { replaceDurably, syncNames } from "./folder.js";

const INTENT_FILE = "replay.json";

export interface ReplayIntent {
  /** The journal that the letters became. */
  readonly writer: string;
  readonly records: number;
  readonly letters: ByteRanges;
}

/** Undefined when none is there, or what is there is none: then nothing was decided, and nothing is lost by that. */
export function readIntent(dir: string): ReplayIntent | undefined {
  try {
    const intent = JSON.parse(readFileSync(join(dir, INTENT_FILE), "utf8")) as ReplayIntent;
    const whole = /^\w+$/.test(intent.writer) && Object.values(intent.letters).every(areRanges);
    return whole ? intent : undefined;
  } catch {
    return undefined;
  }
}

export async function writeIntent(dir: string, intent: ReplayIntent): Promise<void> {
  await replaceDurably(join(dir, INTENT_FILE), JSON.stringify(intent));
}

export async function removeIntent(dir: string): Promise<void> {
  await unlink(join(dir, INTENT_FILE));
  await syncNames(dir);
}
