import type { ByteRange } from "./byte-ranges.js";
import type { Hold } from "./change.js";
import { listLetters } from "./folder.js";
import { markGone } from "./gone.js";
import { type LetterPlace, readLetters } from "./read-letters.js";
import { type Selection, select } from "./selection.js";
import type { Summary } from "./summary.js";

/** Letters whose places are remembered before they are written down as gone. */
const PLACES_MAX = 100_000;
const RENEW_EVERY = 1000;

/** Drops the letters that are selected, file after file, and sums them up. What is interrupted has dropped a part of them. */
export async function dropLetters(
  dir: string,
  selection: Selection,
  summary: Summary,
  hold: Hold,
  signal: AbortSignal,
): Promise<void> {
  const places = new Places(dir, hold);
  for await (const found of select(dir, selection, { damaged: 0, torn: 0 })) {
    if (signal.aborted) break;
    await places.add(found);
    summary.add(found);
  }
  await places.write();
}

/** Drops every line that is no letter; returns how many there were. */
export async function dropDamaged(dir: string, hold: Hold, signal: AbortSignal): Promise<number> {
  const damaged: LetterPlace[] = [];
  const unreadable = { damaged: 0, torn: 0 };
  for await (const _letter of readLetters(dir, unreadable, listLetters(dir), (place) =>
    damaged.push(place),
  )) {
    if (signal.aborted) break;
  }
  const places = new Places(dir, hold);
  for (const place of damaged) await places.add(place);
  await places.write();
  return damaged.length;
}

/** Places of one file after the other, which are written down together. */
class Places {
  #file = "";
  #ranges: ByteRange[] = [];
  #added = 0;

  constructor(
    readonly dir: string,
    readonly hold: Hold,
  ) {}

  async add({ file, at, bytes }: LetterPlace): Promise<void> {
    if (++this.#added % RENEW_EVERY === 0) this.hold.renew();
    if (file !== this.#file || this.#ranges.length === PLACES_MAX) await this.write();
    this.#file = file;
    this.#ranges.push([at, at + bytes - 1]);
  }

  async write(): Promise<void> {
    if (this.#ranges.length === 0) return;
    this.hold.assertHeld();
    await markGone(this.dir, this.#file, this.#ranges);
    this.#ranges = [];
  }
}
