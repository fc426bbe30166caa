/**
 * A line of pino becomes a record: `level` its type, `msg` its data, `time` its timestamp, and all other members its metadata, or
 * its data where there is no `msg`. Nothing is left out that the record does not say elsewhere: a level or a time that became
 * something else stays among the members too.
 */
import { parseExactly } from "../../encode/exact-json.js";
import type { DragonLogger } from "../../logger/logger.js";
import { LOG_AT, LOG_JSON } from "../../record/adapted.js";
import { DEFAULT_LEVELS, LevelTypes, type PinoLevels } from "../level-types.js";
import { logObject } from "../log-object.js";
import { type LogTime, logTime } from "../log-time.js";
import type { MemberPath } from "../request-id.js";
import { ownTime } from "./own-time.js";
import { LineScan } from "./scan.js";
import { integerAt } from "./tokens.js";

/** What pino says of a line beside it, if it does. */
export interface LineFacts {
  /** Its number, or its label. */
  readonly level: unknown;
  readonly levels: PinoLevels | undefined;
}

export interface LineNames {
  readonly message: string;
  readonly time: string;
  readonly requestIds: readonly MemberPath[];
}

const LEVEL = 0;
const TIME = 1;
const MESSAGE = 2;
/** The first request id; the others follow. */
const REQUEST = 3;
const QUOTE = 0x22;
/** Longer than any form of a time. */
const TIME_BYTES_MAX = 64;
const NO_DATA = new Int32Array(0);

export class LineReader {
  readonly #logger: DragonLogger;
  readonly #names: LineNames;
  readonly #scan: LineScan;
  readonly #types = new LevelTypes();
  /** Where pieces of the last line stand; see `JsonRecord`. */
  readonly #data = new Int32Array(2);
  readonly #members: Int32Array;
  #time: LogTime = { ms: undefined, exact: false };
  /** The last time as it stood in its line; of a longer one nothing is known. */
  readonly #timeBytes = Buffer.alloc(TIME_BYTES_MAX);
  #timeLength = -1;
  /** A context manager or a trouble handler may log while a record is made. */
  #reading = false;

  constructor(logger: DragonLogger, names: LineNames) {
    this.#logger = logger;
    this.#names = names;
    const paths = [["level"], [names.time], [names.message], ...names.requestIds];
    this.#scan = new LineScan(paths);
    this.#members = new Int32Array(2 * (paths.length + 1));
  }

  /** Records the line, with or without its line break. Never throws. */
  read(line: string, facts: LineFacts): void {
    if (this.#reading) {
      this.#logParsed(line, facts);
      return;
    }
    this.#reading = true;
    try {
      if (this.#scan.scan(line) && this.#logScanned(facts)) return;
    } finally {
      this.#reading = false;
    }
    this.#logParsed(line, facts);
  }

  /** False where the logger has to see values. */
  #logScanned({ level, levels = DEFAULT_LEVELS }: LineFacts): boolean {
    const { bytes, view, valueStart, valueEnd } = this.#scan;
    const given = valueStart[LEVEL] === 0 ? undefined : this.#scalarAt(LEVEL);
    const type = this.#types.typeOf(level ?? given, levels);
    const time = valueStart[TIME] === 0 ? undefined : this.#timeAt();
    const request = this.#requestAt();
    const isMessage = valueStart[MESSAGE] !== 0;
    if (isMessage) {
      this.#data[0] = valueStart[MESSAGE]!;
      this.#data[1] = valueEnd[MESSAGE]!;
    }
    return this.#logger[LOG_JSON]({
      typeCode: type.code,
      typeText: type.text,
      bytes,
      view,
      data: isMessage ? this.#data : NO_DATA,
      request: request < 0 ? "" : this.#textAt(request),
      members: this.#members,
      memberPieces: this.#piecesWithout(
        given !== undefined && this.#types.isSaid(given, type),
        time?.exact === true,
        request,
      ),
      atMs: time?.ms,
    });
  }

  /** The places of all members but those that the record says elsewhere; how many pieces that makes. */
  #piecesWithout(level: boolean, time: boolean, request: number): number {
    const { order, memberStart, valueEnd, found, end } = this.#scan;
    const members = this.#members;
    let pieces = 0;
    let from = 1;
    for (let i = 0; i < found; i++) {
      const slot = order[i]!;
      const isSaid =
        slot === LEVEL ? level : slot === TIME ? time : slot === MESSAGE ? true : slot === request;
      if (!isSaid) continue;
      const start = memberStart[slot]!;
      if (start > from) {
        members[2 * pieces] = from;
        // Without the comma between them.
        members[2 * pieces++ + 1] = start - 1;
      }
      from = valueEnd[slot]! + 1;
    }
    if (from < end) {
      members[2 * pieces] = from;
      members[2 * pieces++ + 1] = end;
    }
    return pieces;
  }

  #textAt(slot: number): string {
    const { bytes, valueStart, valueEnd } = this.#scan;
    return bytes.toString("utf8", valueStart[slot], valueEnd[slot]);
  }

  /** A text or a number; anything else is undefined. */
  #scalarAt(slot: number): unknown {
    const { bytes, valueStart, valueEnd } = this.#scan;
    const integer = integerAt(bytes, valueStart[slot]!, valueEnd[slot]!);
    if (integer >= 0) return integer;
    const value: unknown = JSON.parse(this.#textAt(slot));
    return typeof value === "string" || typeof value === "number" ? value : undefined;
  }

  #timeAt(): LogTime {
    const { bytes, valueStart, valueEnd } = this.#scan;
    const start = valueStart[TIME]!;
    const length = valueEnd[TIME]! - start;
    const last = this.#timeBytes;
    // The records of one millisecond share their time, in whatever form; what differs, differs at the end.
    let at = length === this.#timeLength ? length - 1 : length;
    while (at >= 0 && at < length && bytes[start + at] === last[at]) at--;
    if (at >= 0) {
      this.#time = logTime(this.#scalarAt(TIME));
      this.#timeLength = length <= last.length ? length : -1;
      bytes.copy(last, 0, start, start + length);
    }
    return this.#time;
  }

  /** The slot of the first request id that is one; -1 for none. */
  #requestAt(): number {
    const { bytes, valueStart, valueEnd } = this.#scan;
    for (let slot = REQUEST; slot < valueStart.length; slot++) {
      const start = valueStart[slot]!;
      if (start === 0) continue;
      const end = valueEnd[slot]!;
      if (bytes[start] === QUOTE ? end > start + 2 : integerAt(bytes, start, end) >= 0) return slot;
    }
    return -1;
  }

  #logParsed(line: string, facts: LineFacts): void {
    const text = line.replace(/\r?\n$/, "");
    let value: unknown;
    try {
      value = parseExactly(text);
    } catch {
      value = text;
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      this.#logObject(value as Record<string, unknown>, facts, ownTime(text, this.#names.time));
    } else {
      const type = this.#types.typeOf(facts.level, facts.levels ?? DEFAULT_LEVELS);
      this.#logger[LOG_AT]({ data: value, type: type.name }, undefined);
    }
  }

  #logObject(
    object: Record<string, unknown>,
    { level, levels = DEFAULT_LEVELS }: LineFacts,
    hiddenTime: unknown,
  ): void {
    const { message, time, requestIds } = this.#names;
    const type = this.#types.typeOf(level ?? object.level, levels);
    const said = this.#types.isSaid(object.level, type) ? ["level"] : [];
    logObject(this.#logger, object, { type: type.name, message, time, hiddenTime, said, requestIds });
  }
}
