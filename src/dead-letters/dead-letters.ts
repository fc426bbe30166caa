/**
 * Writes dead letters: records that a destination refused for good, on the disk before the buffer forgets them.
 *
 * Each object appends to files of its own, `<day>-<random>.ndjson`, so that shippers which share the folder never write
 * into each other's lines; all files are read together. A file is left for a new one when the day changes, when it is
 * large, when it was deleted because all its letters were gone, and after anything went wrong with it: a torn line can
 * only ever stand at the end of a file.
 */
import { join } from "node:path";
import type { Clock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import { formatBytes } from "../system/figures.js";
import { createFolders } from "../system/folders.js";
import { randomId } from "../system/random.js";
import { deadLetterBytes, FOLDER_MODE, LETTERS_SUFFIX } from "./folder.js";
import { type DeadLetter, encodeLetter, storedAs } from "./letter.js";
import { LetterFile } from "./letter-file.js";

export type { DeadLetter };

/** A file is deleted when all its letters are gone, so the last letter that is left holds up no more than this. */
const FILE_BYTES_MAX = 64 << 20;
/** How old the sum of all files may be, which other processes change as well. */
const MEASURE_EVERY_MS = 10_000;
/** The same while it leaves no room, so that what a command frees is used soon. */
const MEASURE_FULL_EVERY_MS = 1000;
/** Files that are deleted again and again under one append are more than bad luck. */
const FILES_TRIED_MAX = 5;

export interface DeadLettersOptions {
  /** The most that all letters may take on the disk; default no limit. */
  readonly bytesMax?: number;
}

export class DeadLetters {
  readonly bytesMax: number;
  #file: LetterFile | undefined;
  #day = "";
  #bytes = 0;
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  /** Settles when everything that was added before is written, or not. */
  #added: Promise<unknown> = Promise.resolve();

  constructor(
    readonly dir: string,
    readonly clock: Clock,
    { bytesMax = Number.POSITIVE_INFINITY }: DeadLettersOptions = {},
  ) {
    this.bytesMax = bytesMax;
  }

  /** What all letters take on the disk, those of other processes and those that are gone but not deleted included. */
  get bytes(): number {
    this.#measure(MEASURE_EVERY_MS);
    return this.#bytes;
  }

  /**
   * Resolves when the letters are on the disk. Rejects when none of them are: with DRAGONLOG_DEAD_LETTERS_FULL when they
   * would take more than `bytesMax`, and with an errno error when they cannot be written.
   */
  add(letters: readonly DeadLetter[]): Promise<void> {
    const added = this.#added.then(() => this.#add(letters));
    this.#added = added.catch(() => undefined);
    return added;
  }

  async #add(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const at = new Date(this.clock.now()).toISOString();
    const lines = Buffer.from(letters.map((letter) => `${encodeLetter(storedAs(letter, at))}\n`).join(""));
    this.#checkRoom(lines.length);
    let left: Buffer = lines;
    for (let tried = 0; tried < FILES_TRIED_MAX && left.length > 0; tried++) {
      left = await this.#append(left, at.slice(0, 10));
    }
    this.#bytes += lines.length - left.length;
    if (left.length > 0) throw new Error(`files in ${this.dir} are deleted while they are written`);
  }

  async #append(lines: Buffer, day: string): Promise<Buffer> {
    createFolders(this.dir, FOLDER_MODE);
    let file = this.#file;
    if (file === undefined || this.#day !== day || file.bytes >= FILE_BYTES_MAX) {
      file = new LetterFile(join(this.dir, `${day}-${randomId(6)}${LETTERS_SUFFIX}`));
    }
    // Forgotten until it has gone well.
    this.#file = undefined;
    const left = await file.append(lines);
    if (left.length === 0) {
      this.#file = file;
      this.#day = day;
    }
    return left;
  }

  #checkRoom(bytes: number): void {
    this.#measure(this.#bytes + bytes > this.bytesMax ? MEASURE_FULL_EVERY_MS : MEASURE_EVERY_MS);
    if (this.#bytes + bytes <= this.bytesMax) return;
    throw new DragonlogError(
      "DRAGONLOG_DEAD_LETTERS_FULL",
      `dead letters take ${formatBytes(this.#bytes)} in ${this.dir}, and may take ${formatBytes(this.bytesMax)}`,
      "Send them again (`dragonlog dead replay`), or keep them elsewhere (`dragonlog dead export`) and drop them " +
        "(`dragonlog dead drop`), or raise deadBytesMax. Until then the records stay in the buffer.",
    );
  }

  #measure(everyMs: number): void {
    const now = this.clock.now();
    if (Math.abs(now - this.#measuredAtMs) < everyMs) return;
    this.#measuredAtMs = now;
    try {
      this.#bytes = deadLetterBytes(this.dir);
    } catch {
      // A folder that cannot be looked into cannot be written to either, and then `add` says why.
    }
  }
}
