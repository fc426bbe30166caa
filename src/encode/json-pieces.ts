import type { Pen } from "./pen.js";

const COMMA = 0x2c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

/**
 * What is JSON already, as bytes of UTF-8, and is written as it is: what another logger has encoded is not encoded again. Either
 * one value; or members of an object, in several pieces, with or without braces around them.
 */
export class JsonPieces {
  /** `view` is the memory of `bytes`; `places` holds where each of `count` pieces begins and ends. They are read until the record is written, and not looked at. */
  constructor(
    readonly bytes: Buffer,
    readonly view: DataView,
    readonly places: Int32Array,
    readonly count: number,
    readonly inBraces: boolean,
  ) {}

  write(pen: Pen): void {
    const { bytes, view, places, count } = this;
    if (this.inBraces) pen.byte(BRACE_OPEN);
    for (let i = 0; i < count; i++) {
      if (i > 0) pen.byte(COMMA);
      pen.copy(bytes, view, places[2 * i]!, places[2 * i + 1]!);
    }
    if (this.inBraces) pen.byte(BRACE_CLOSE);
  }

  /** The value, for whoever has to look into it. */
  toJSON(): unknown {
    const { bytes, places } = this;
    const pieces = Array.from({ length: this.count }, (_, i) =>
      bytes.toString("utf8", places[2 * i], places[2 * i + 1]),
    );
    const text = pieces.join();
    return JSON.parse(this.inBraces ? `{${text}}` : text);
  }
}
