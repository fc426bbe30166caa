/**
 * A record becomes a line, written straight to where it will stay.
 *
 *     {"timestamp":"…","service":"api","data":"text","type":"INFO","request_id":"r",
 *     └──── stamp ────────────┘└── head ───┘
 *      "trace_id":"…","span_id":"…","metadata":{…},"id":"w-7"}
 *
 * Stamp and head are copied as 32-bit words: they begin at a multiple of 8.
 */
import type { SpanIds } from "../record/active-span.js";
import { STAMP_WORDS } from "../record/time.js";
import { LEVELS } from "../record/types.js";
import { JsonPieces } from "./json-pieces.js";
import { type Constant, constant, type LineTarget, Pen } from "./pen.js";
import { type EncodeCounts, writeValue } from "./text.js";

/** The part of a line between the stamp and the data; made once for a service. */
export class Head implements Constant {
  readonly words: Int32Array;
  /** Its bytes, up to and including `"data":`. */
  readonly bytes: number;
  /** Bytes of the service's JSON text. */
  readonly serviceBytes: number;

  constructor(readonly service: string) {
    const text = JSON.stringify(service);
    const { words, bytes } = constant(`":${text},"data":`);
    this.words = words;
    this.bytes = bytes;
    this.serviceBytes = Buffer.byteLength(text);
  }
}

/** What writes the members of the metadata, without braces: `Bindings` with those of a call, or text that is JSON already. */
export interface MembersWriter {
  write(pen: Pen, metadata: object | null | undefined, counts: EncodeCounts): void;
}

/** What stands in a line beside its head. */
export interface LineParts {
  readonly data: unknown;
  /** The code of the type, and its text where that is no level. */
  readonly typeCode: number;
  readonly typeText: string | undefined;
  /** JSON text of the request id; empty for none. */
  readonly requestText: string;
  readonly bindings: MembersWriter;
  readonly metadata: object | null | undefined;
}

const TYPES = LEVELS.map((level) => constant(`,"type":"${level}"`));
const TYPE = constant(',"type":');
const REQUEST = constant(',"request_id":');
const TRACE_ID = constant(',"trace_id":"');
const SPAN_ID = constant('","span_id":"');
const METADATA = constant(',"metadata":{');
const QUOTE = 0x22;
const BRACE_CLOSE = 0x7d;
const END = constant('"}');
const NULL = constant("null");

/** A value logged when it was asked; what of the line was written until then does not count. */
export const INTERRUPTED = -2;

/** The lines of one writer. */
export class LineEncoder {
  readonly #pen = new Pen();
  readonly #id: Constant;
  readonly #counts: EncodeCounts;
  #turn = 0;

  constructor(writer: string, counts: EncodeCounts) {
    this.#id = constant(`,"id":"${writer}-`);
    this.#counts = counts;
  }

  /**
   * Writes the line at `at`, a multiple of 8. Returns where it ends, or -1 when it does not fit before the target's end;
   * bytes after `at` may have changed even then.
   */
  write(
    target: LineTarget,
    at: number,
    stamp: Int32Array,
    head: Head,
    parts: LineParts,
    seq: number,
    span?: SpanIds,
  ): number {
    const pen = this.#pen;
    const { data, typeCode, typeText, requestText, bindings, metadata } = parts;
    this.#turn = (this.#turn + 1) | 0;
    const turn = this.#turn;
    pen.begin(target, at);
    pen.constantWords(stamp, STAMP_WORDS * 4);
    pen.constantWords(head.words, head.bytes);
    if (typeof data === "string") {
      pen.string(data);
    } else if (data === undefined) {
      pen.constant(NULL);
    } else if (data instanceof JsonPieces) {
      data.write(pen);
    } else {
      writeValue(pen, data, this.#counts);
    }
    if (typeText === undefined) {
      pen.constant(TYPES[typeCode]!);
    } else {
      pen.constant(TYPE);
      pen.string(typeText);
    }
    if (requestText !== "") {
      pen.constant(REQUEST);
      pen.text(requestText);
    }
    if (span !== undefined) {
      pen.constant(TRACE_ID);
      pen.text(span.traceId);
      pen.constant(SPAN_ID);
      pen.text(span.spanId);
      pen.byte(QUOTE);
    }
    this.#writeMetadata(bindings, metadata);
    pen.constant(this.#id);
    pen.number(seq);
    pen.constant(END);
    const end = pen.full ? -1 : pen.at;
    pen.close();
    return turn === this.#turn ? end : INTERRUPTED;
  }

  #writeMetadata(bindings: MembersWriter, metadata: object | null | undefined): void {
    const pen = this.#pen;
    const before = pen.at;
    pen.constant(METADATA);
    const start = pen.at;
    bindings.write(pen, metadata, this.#counts);
    if (pen.at === start) {
      // An object without members would only cost what it takes.
      pen.at = before;
    } else {
      pen.byte(BRACE_CLOSE);
    }
  }
}
