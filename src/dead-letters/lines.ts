import type { FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 1 << 20;
/** For one line alone, which is seldom long. */
const PIECE_BYTES = 1 << 16;
const LINE_BREAK = 0x0a;

export interface Line {
  /** Where it begins in the file. */
  readonly at: number;
  /** Without its line break; valid until the next line is asked for. */
  readonly bytes: Buffer;
}

/**
 * The bytes `start` to `end` (excluded) of a file, line by line, in memory of one chunk and one line. A last line without
 * a break is none.
 */
export async function* linesOf(file: FileHandle, end: number, start = 0): AsyncGenerator<Line> {
  const chunk = Buffer.alloc(Math.max(1, Math.min(CHUNK_BYTES, end - start)));
  let lineAt = start;
  /** The beginning of a line that goes on in the next chunk. */
  let begun: Buffer[] = [];
  for (let position = start; position < end; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, end - position), position);
    if (bytesRead === 0) return;
    let from = 0;
    for (;;) {
      const to = chunk.subarray(0, bytesRead).indexOf(LINE_BREAK, from);
      if (to < 0) break;
      const rest = chunk.subarray(from, to);
      yield { at: lineAt, bytes: begun.length === 0 ? rest : Buffer.concat([...begun, rest]) };
      begun = [];
      from = to + 1;
      lineAt = position + from;
    }
    if (from < bytesRead) begun.push(Buffer.from(chunk.subarray(from, bytesRead)));
    position += bytesRead;
  }
}

/** The line that begins at `at`; undefined when none does, or it has no end. */
export async function lineAt(file: FileHandle, at: number): Promise<Buffer | undefined> {
  const { size } = await file.stat();
  if (at >= size) return undefined;
  // The byte before must end the line before.
  const start = Math.max(0, at - 1);
  const pieces: Buffer[] = [];
  for (let position = start; position < size; ) {
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, size - position));
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    if (bytesRead === 0 || (position === start && at > 0 && piece[0] !== LINE_BREAK)) return undefined;
    const from = position === start ? at - start : 0;
    const to = piece.subarray(0, bytesRead).indexOf(LINE_BREAK, from);
    pieces.push(piece.subarray(from, to < 0 ? bytesRead : to));
    if (to >= 0) return Buffer.concat(pieces);
    position += bytesRead;
  }
  return undefined;
}
