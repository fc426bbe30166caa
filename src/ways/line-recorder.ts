/**
 * One stream of another program's bytes becomes records: one a line, or one for lines that belong together. What would not
 * fit into a record is cut into several, and counted.
 *
 *     bytes ─► LineSplitter ─► LineJoiner, where there is a rule ─► a record of its own (JSON), or its text with a type
 */
import type { KeyLines } from "../redact/key-lines.js";
import { type Entry, plainEntry, recordEntry, withStream } from "./entry.js";
import { type JsonLine, readJsonLine } from "./json/json-line.js";
import { jsonSeverity, loggerEntry } from "./json/logger-line.js";
import { characterBoundary, LineSplitter } from "./line-splitter.js";
import { LineJoiner, type LineJoinerOptions } from "./multiline/line-joiner.js";
import { severityOf } from "./severity/in-text.js";

/** Bytes of a record for each byte of its line: at most six in JSON (`\u0000`), and two more as base64. */
const ENCODED_GROWTH_MAX = 8;
/** What stands around the data of a plain record, at most. */
const ENVELOPE_BYTES_MAX = 128;

export interface LineRecorderOptions {
  /** The type of records from lines that do not bring their own. */
  readonly type: string;
  /** Whether lines that are records in JSON are taken as such. */
  readonly records: boolean;
  /** Whether a level in a line becomes the record's type, and a line of a JSON logger a record of its parts. */
  readonly severity: boolean;
  /** What the records' metadata calls the output that the lines come from, where their type may no longer say it. */
  readonly stream?: "stdout" | "stderr";
  /** Takes out what is of a private key by the lines before it. */
  readonly keyLines?: KeyLines | undefined;
  /** How lines that belong together are found; without it, each line is a record. */
  readonly joining?: Omit<LineJoinerOptions, "onRecord"> | undefined;
  /** The longest line that is held in memory as one. */
  readonly lineBytesMax: number;
  /** The most bytes of JSON text that one record may take; at least 256. */
  readonly recordBytesMax: number;
  readonly log: (entry: Entry) => void;
}

export class LineRecorder {
  readonly #options: LineRecorderOptions;
  readonly #splitter: LineSplitter;
  readonly #joiner: LineJoiner | undefined;
  /** True between the pieces of what is too long for one record, and their type. */
  #inPieces = false;
  #piecesType = "";
  /** True between the pieces of a line that is too long to be held. */
  #inLine = false;
  #cutLines = 0;
  #records = 0;

  constructor(options: LineRecorderOptions) {
    this.#options = options;
    const { joining, keyLines } = options;
    this.#joiner =
      joining &&
      new LineJoiner({
        ...joining,
        onRecord: ({ bytes, lines, continues, isTrace }) => {
          if (lines === 1 && !continues) this.#line(bytes, isTrace);
          else this.#text(bytes, continues, isTrace);
        },
      });
    this.#splitter = new LineSplitter(options.lineBytesMax, (line, continues) => {
      const bytes = keyLines?.shown(line) ?? line;
      const isPiece = this.#inLine || continues;
      this.#inLine = continues;
      if (!isPiece) {
        if (this.#joiner) this.#joiner.add(bytes);
        else this.#line(bytes, false);
        return;
      }
      this.#joiner?.flush();
      this.#text(bytes, continues, false);
    });
  }

  /** The lines, or the lines together, that became several records. */
  get cutLines(): number {
    return this.#cutLines;
  }

  get records(): number {
    return this.#records;
  }

  /** The chunk must not be written to afterwards. */
  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
    this.#joiner?.wait();
  }

  end(): void {
    this.#splitter.end();
    this.#joiner?.flush();
  }

  /** A whole line. */
  #line(bytes: Buffer, isTrace: boolean): void {
    const { records, severity } = this.#options;
    const json = this.#inPieces || !(records || severity) ? undefined : readJsonLine(bytes);
    if (json === undefined) {
      this.#text(bytes, false, isTrace);
      return;
    }
    const entry = this.#jsonEntry(json);
    if (entry && this.#fits(entry, bytes)) this.#log(entry);
    else this.#text(bytes, false, isTrace, severity ? jsonSeverity(json.value) : undefined);
  }

  #jsonEntry(json: JsonLine): Entry | undefined {
    const { records, severity, type } = this.#options;
    const entry =
      (records ? recordEntry(json, type) : undefined) ?? (severity ? loggerEntry(json, type) : undefined);
    return entry && this.#withStream(entry);
  }

  #text(bytes: Buffer, continues: boolean, isTrace: boolean, level?: string): void {
    const data = bytes.toString("utf8");
    if (!this.#inPieces) {
      const { severity, type } = this.#options;
      this.#piecesType = severity ? (level ?? severityOf(data) ?? (isTrace ? "ERROR" : type)) : type;
    }
    const entry = this.#withStream(plainEntry(bytes, data, this.#piecesType, continues));
    if (this.#fits(entry, bytes)) {
      if (continues && !this.#inPieces) this.#cutLines++;
      this.#inPieces = continues;
      this.#log(entry);
      return;
    }
    const middle = characterBoundary(bytes, bytes.length >> 1);
    this.#text(bytes.subarray(0, middle), true, isTrace, level);
    this.#text(bytes.subarray(middle), continues, isTrace, level);
  }

  #withStream(entry: Entry): Entry {
    const { stream } = this.#options;
    return stream === undefined ? entry : withStream(entry, stream);
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
