/**
 * One stream of another program's bytes becomes records, one a line. A line whose record would not fit is cut
 * into several, and counted.
 */
import { type Entry, plainEntry, recordEntry } from "./entry.js";
import { characterBoundary, LineSplitter } from "./line-splitter.js";

/** Bytes of a record for each byte of its line: at most six in JSON (`\u0000`), and two more as base64. */
const ENCODED_GROWTH_MAX = 8;
/** What stands around the data of a plain record, at most. */
const ENVELOPE_BYTES_MAX = 128;

export interface LineRecorderOptions {
  /** The type of records from lines that do not bring their own. */
  readonly type: string;
  /** Whether lines that are records in JSON are taken as such. */
  readonly records: boolean;
  /** The longest line that is held in memory as one. */
  readonly lineBytesMax: number;
  /** The most bytes of JSON text that one record may take; at least 256. */
  readonly recordBytesMax: number;
  readonly log: (entry: Entry) => void;
}

export class LineRecorder {
  readonly #options: LineRecorderOptions;
  readonly #splitter: LineSplitter;
  /** True between the pieces of a line. */
  #inLine = false;
  #cutLines = 0;
  #records = 0;

  constructor(options: LineRecorderOptions) {
    this.#options = options;
    this.#splitter = new LineSplitter(options.lineBytesMax, (bytes, continues) => {
      const whole = !this.#inLine && !continues;
      if (!whole || !this.#takeAsRecord(bytes)) this.#record(bytes, continues);
    });
  }

  /** The lines that became several records. */
  get cutLines(): number {
    return this.#cutLines;
  }

  get records(): number {
    return this.#records;
  }

  /** The chunk must not be written to afterwards. */
  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
  }

  end(): void {
    this.#splitter.end();
  }

  #takeAsRecord(bytes: Buffer): boolean {
    const entry = this.#options.records ? recordEntry(bytes, this.#options.type) : undefined;
    if (!entry || !this.#fits(entry, bytes)) return false;
    this.#log(entry);
    return true;
  }

  #record(bytes: Buffer, continues: boolean): void {
    const entry = plainEntry(bytes, this.#options.type, continues);
    if (this.#fits(entry, bytes)) {
      if (continues && !this.#inLine) this.#cutLines++;
      this.#inLine = continues;
      this.#log(entry);
      return;
    }
    const middle = characterBoundary(bytes, bytes.length >> 1);
    this.#record(bytes.subarray(0, middle), true);
    this.#record(bytes.subarray(middle), continues);
  }

  #log(entry: Entry): void {
    this.#records++;
    this.#options.log(entry);
  }

  /** Measured only where the length of the line leaves it open. */
  #fits(entry: Entry, bytes: Buffer): boolean {
    const { recordBytesMax } = this.#options;
    if (bytes.length * ENCODED_GROWTH_MAX + ENVELOPE_BYTES_MAX <= recordBytesMax) return true;
    return Buffer.byteLength(JSON.stringify(entry)) <= recordBytesMax;
  }
}
