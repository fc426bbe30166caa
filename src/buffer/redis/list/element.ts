/**
 * An element of a list becomes a record, by the code that a logger's `log()` uses too.
 *
 * It is a JSON object, in UTF-8, with the names of a record (`timestamp`, `service`, `data`, `type`, `request_id`, `metadata`);
 * other names are kept in the metadata. What is missing or null: the timestamp is the time at which it was first read, the service
 * the list's key, the type INFO, the data null. A service or type that is no text becomes the text of its JSON. Anything else is
 * malformed: it stays as it is, and becomes a dead letter.
 */
import { isUtf8 } from "node:buffer";
import { Bindings } from "../../../encode/bindings.js";
import { parseExactly } from "../../../encode/exact-json.js";
import { Head, LineEncoder, type LineParts } from "../../../encode/line.js";
import { valueText } from "../../../encode/text.js";
import { membersOf } from "../../../encode/wire-record.js";
import { plainStaging, type Staging } from "../../../journal/segment.js";
import { parseTimestamp, Stamp } from "../../../record/time.js";
import { OTHER_TYPE, typeCodeOf } from "../../../record/types.js";
import { messageOf } from "../../../system/errors.js";
import type { StoredRecord } from "../../buffer.js";

const TYPE_DEFAULT = "INFO";
/** Lines share memory of this size; one that is larger has its own. */
const PAGE_BYTES = 1 << 18;
const SHARING_BYTES_MAX = 1 << 15;
/** What stands in a line beside what was in its element. */
const FRAME_BYTES = 256;
const HEADS_MAX = 1000;

/** Where an element stands, and when it was first read. */
export interface Place {
  readonly seq: number;
  readonly readAtMs: number;
}

export class Elements {
  readonly #writer: string;
  readonly #list: string;
  readonly #counts = { shortened: 0 };
  readonly #lines: LineEncoder;
  readonly #stamp = new Stamp();
  readonly #heads = new Map<string, Head>();
  /** How many records have the time at which they were read, for want of one of their own. */
  undated = 0;
  #page: Staging = plainStaging(PAGE_BYTES);
  #at = 0;

  /** The records are those of `writer`. */
  constructor(writer: string, list: string) {
    this.#writer = writer;
    this.#list = list;
    this.#lines = new LineEncoder(writer, this.#counts);
  }

  recordOf(element: Buffer, place: Place): StoredRecord {
    try {
      return this.#encode(objectIn(element), element.length, place);
    } catch (error) {
      this.undated++;
      const common = { writer: this.#writer, seq: place.seq, ordinal: place.seq, timestamp: place.readAtMs };
      const bytes = { bytes: element, start: 0, end: element.length };
      return { ...common, service: this.#list, type: TYPE_DEFAULT, ...bytes, malformed: messageOf(error) };
    }
  }

  /** Throws what is wrong with it. */
  #encode(object: Record<string, unknown>, bytes: number, { seq, readAtMs }: Place): StoredRecord {
    const given = parseTimestamp(object.timestamp);
    const timestamp = given ?? readAtMs;
    this.undated += given === undefined ? 1 : 0;
    const service = textOf(object.service) ?? this.#list;
    const type = textOf(object.type) ?? TYPE_DEFAULT;
    const { request_id, data } = object;
    const typeCode = typeCodeOf(type);
    const parts: LineParts = {
      data,
      typeCode,
      typeText: typeCode === OTHER_TYPE ? type : undefined,
      requestText: request_id === undefined || request_id === null ? "" : valueText(request_id, this.#counts),
      bindings: Bindings.NONE,
      metadata: membersOf(object, given),
    };
    this.#stamp.set(timestamp);
    const { page, start, end } = this.#write(this.#headOf(service), parts, seq, bytes);
    if (this.#counts.shortened > 0) {
      this.#counts.shortened = 0;
      throw new Error("it has more levels or values than a record may have");
    }
    const place = { writer: this.#writer, seq, ordinal: seq, timestamp };
    return { ...place, service, type, bytes: page.bytes, start, end };
  }

  #write(
    head: Head,
    parts: LineParts,
    seq: number,
    bytes: number,
  ): { page: Staging; start: number; end: number } {
    const { words } = this.#stamp;
    const end = this.#lines.write(this.#page, this.#at, words, head, parts, seq);
    if (end >= 0) {
      const start = this.#at;
      this.#at = Math.ceil(end / 8) * 8;
      return { page: this.#page, start, end };
    }
    if (this.#at > 0 && bytes <= SHARING_BYTES_MAX) {
      this.#page = plainStaging(PAGE_BYTES);
      this.#at = 0;
      return this.#write(head, parts, seq, bytes);
    }
    // As much as the element takes, and more where its line is longer, by escaped characters for one.
    for (let room = bytes + head.bytes + FRAME_BYTES; ; room *= 2) {
      const page = plainStaging(Math.ceil(room / 8) * 8);
      const end = this.#lines.write(page, 0, words, head, parts, seq);
      if (end >= 0) {
        return { page, start: 0, end };
      }
    }
  }

  #headOf(service: string): Head {
    let head = this.#heads.get(service);
    if (head === undefined) {
      head = new Head(service);
      if (this.#heads.size < HEADS_MAX) {
        this.#heads.set(service, head);
      }
    }
    return head;
  }
}

/** Throws what is wrong with it. */
function objectIn(element: Buffer): Record<string, unknown> {
  if (!isUtf8(element)) {
    throw new Error("it is no UTF-8");
  }
  let value: unknown;
  try {
    value = parseExactly(element.toString());
  } catch (error) {
    throw new Error(`it is no JSON: ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("it is no JSON object");
  }
  return value as Record<string, unknown>;
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null || typeof value === "string"
    ? (value ?? undefined)
    : JSON.stringify(value);
}
