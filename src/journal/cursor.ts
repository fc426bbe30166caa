/**
 * How far a journal is delivered: the file `cursor` beside its segments.
 *
 * Everything below `next` is delivered, and so are the ranges of seqs in `beyond` (batches end in any order). It is
 * written after every acknowledgement, so the death of a shipper costs no doubles but those of batches whose answer was
 * not in yet.
 *
 * The file has two slots of `SLOT_BYTES`, each holding one line `<checksum> <generation> <JSON>`. They are written in turn,
 * in place: the slot that holds is never touched, so a write that is torn by a crash leaves the cursor of one
 * acknowledgement earlier. (Replacing a file by rename costs a flush of its journal on ext4: 100 times as much.) A missing
 * or damaged cursor means "nothing delivered": doubles rather than loss.
 */
import { closeSync, constants, fdatasync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { FILE_MODE } from "./folder.js";

export interface Cursor {
  readonly next: number;
  readonly beyond: ReadonlyArray<readonly [from: number, to: number]>;
}

const CURSOR_FILE = "cursor";
/** Room for about 2,000 ranges; what does not fit is not remembered and may be sent twice after a crash. */
const SLOT_BYTES = 65_536;
/** Nearly every cursor has room in this; a larger one takes a second read. */
const USUAL_BYTES = 1024;
const SYNC_MS = 1000;
/** JSON of one range takes no more than this: two seqs of 16 digits and the marks around them. */
const RANGE_BYTES_MAX = 36;
const RANGES_MAX = Math.floor((SLOT_BYTES - 100) / RANGE_BYTES_MAX);
const START: Cursor = { next: 0, beyond: [] };

interface Slot {
  readonly generation: number;
  readonly cursor: Cursor;
}

export function cursorPath(folder: string): string {
  return join(folder, CURSOR_FILE);
}

/** The cursor of a journal, as its shipper writes it. Holds one open file. */
export class CursorFile {
  readonly #fd: number;
  readonly start: Cursor;
  #generation: number;
  #syncedAtMs = 0;

  /** Throws an errno error when the file cannot be opened or made. */
  constructor(folder: string) {
    this.#fd = openSync(cursorPath(folder), constants.O_RDWR | constants.O_CREAT, FILE_MODE);
    const slot = newest(this.#fd);
    this.start = slot?.cursor ?? START;
    this.#generation = slot?.generation ?? 0;
  }

  /** Seen by every process when it returns; on the disk within about `SYNC_MS` and the time that takes. */
  write({ next, beyond }: Cursor, nowMs: number): void {
    const generation = this.#generation + 1;
    const body = `${generation} ${JSON.stringify([next, beyond.slice(0, RANGES_MAX)])}`;
    writeSync(this.#fd, `${textChecksum(body)} ${body}\n`, slotAt(generation), "latin1");
    this.#generation = generation;
    if (nowMs - this.#syncedAtMs >= SYNC_MS) {
      this.#syncedAtMs = nowMs;
      // What a power cut takes of the cursor costs doubles and no records, so nobody waits for it and a failure is no matter.
      fdatasync(this.#fd, () => {});
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * The cursor of a journal as those see it who only look. Holds one open file, so that it still says how far a journal was
 * delivered when that has been removed.
 */
export class CursorView {
  readonly #fd: number;

  /** Throws an errno error, such as ENOENT where nobody has claimed the journal yet. */
  constructor(folder: string) {
    this.#fd = openSync(cursorPath(folder), constants.O_RDONLY);
  }

  read(): Cursor {
    return newest(this.#fd)?.cursor ?? START;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

export function readCursor(folder: string): Cursor {
  try {
    const view = new CursorView(folder);
    try {
      return view.read();
    } finally {
      view.close();
    }
  } catch {
    return START;
  }
}

function slotAt(generation: number): number {
  return (generation & 1) * SLOT_BYTES;
}

function newest(fd: number): Slot | undefined {
  const slots = [0, 1].flatMap((slot) => parseSlot(lineAt(fd, slotAt(slot))) ?? []);
  return slots.sort((a, b) => b.generation - a.generation)[0];
}

/** The text of a slot, at least up to the end of its line. Of a whole one, 64 KiB would be garbage at every look at a journal. */
function lineAt(fd: number, at: number): string {
  const usual = textAt(fd, at, USUAL_BYTES);
  return usual.length < USUAL_BYTES || usual.includes("\n") ? usual : textAt(fd, at, SLOT_BYTES);
}

function textAt(fd: number, at: number, bytesMax: number): string {
  const bytes = Buffer.allocUnsafe(bytesMax);
  return bytes.toString("latin1", 0, readSync(fd, bytes, 0, bytesMax, at));
}

/** Undefined for a slot that was never written, or not to its end. */
function parseSlot(text: string): Slot | undefined {
  const line = text.slice(0, Math.max(0, text.indexOf("\n")));
  const [checksum, generation, json] = line.split(" ");
  if (json === undefined || checksum !== String(textChecksum(`${generation} ${json}`))) {
    return undefined;
  }
  const [next, beyond] = JSON.parse(json) as [number, [number, number][]];
  return { generation: Number(generation), cursor: { next, beyond } };
}

/** FNV-1a: a torn line does not pass it. */
function textChecksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  }
  return sum >>> 0;
}
