/**
 * A record on one line, in columns that are as wide as what was shown so far:
 *
 *     07:56:45.879 INFO  api      hello 2  request_id=r-1 user_id=2
 *
 * A line that says the day stands before the first record of another day than the one before it, or than today.
 */
import { printable } from "../../system/printable.js";
import type { Ink } from "./ink.js";
import { isObject, type Member, type SeenRecord, textOf } from "./seen-record.js";

const TYPE_COLUMNS = 5;
const TYPE_COLUMNS_MAX = 10;
const SERVICE_COLUMNS_MAX = 20;
const NO_TIME = "--:--:--.---";

export class OneLine {
  readonly #ink: Ink;
  /** Of the data, and of what stands behind it: a terminal takes its time over megabytes. */
  readonly #partCharactersMax: number;
  #typeColumns = TYPE_COLUMNS;
  #serviceColumns = 0;
  #day: string;

  constructor(ink: Ink, partCharactersMax: number, nowMs: number) {
    this.#ink = ink;
    this.#partCharactersMax = partCharactersMax;
    this.#day = dayOf(nowMs);
  }

  /** Those that came together stand in the same columns. */
  texts(records: readonly SeenRecord[]): string[] {
    for (const { type, service } of records) {
      this.#typeColumns = wider(this.#typeColumns, inOneLine(type), TYPE_COLUMNS_MAX);
      this.#serviceColumns = wider(this.#serviceColumns, inOneLine(service), SERVICE_COLUMNS_MAX);
    }
    return records.map((record) => this.#text(record));
  }

  #text(record: SeenRecord): string {
    const { timestampMs, requestId, metadata, others, previewOf } = record;
    const said: readonly Member[] = isObject(metadata) ? Object.entries(metadata) : [["metadata", metadata]];
    const pairs: readonly Member[] = [["request_id", requestId], ...said, ...others];
    const type = inOneLine(record.type);
    const service = inOneLine(record.service);
    const behind = [
      ...pairs.filter(([, value]) => value !== undefined).map(([name, value]) => pair(name, value)),
      ...(previewOf === undefined ? [] : [`(no JSON, ${previewOf} bytes)`]),
    ].join(" ");
    const parts = [
      this.#ink.dim(Number.isNaN(timestampMs) ? NO_TIME : timeOf(timestampMs)),
      this.#ink.level(record.type.toUpperCase(), type.padEnd(this.#typeColumns)),
      service.padEnd(this.#serviceColumns),
      this.#cut(dataText(record.data)),
    ];
    const line = behind === "" ? parts.join(" ") : `${parts.join(" ")}  ${this.#ink.dim(this.#cut(behind))}`;
    return `${this.#dayLine(timestampMs)}${line.trimEnd()}\n`;
  }

  #dayLine(timestampMs: number): string {
    if (Number.isNaN(timestampMs)) return "";
    const day = dayOf(timestampMs);
    if (day === this.#day) return "";
    this.#day = day;
    return `${this.#ink.dim(`--- ${day} ---`)}\n`;
  }

  /** In two steps, so that no more is made printable than is shown. */
  #cut(text: string): string {
    const max = this.#partCharactersMax;
    if (text.length <= max) return inOneLine(text);
    const rest = Buffer.byteLength(text.slice(max));
    return `${inOneLine(text.slice(0, max).toWellFormed())}… ${rest} bytes more; --json or --pretty shows all`;
  }
}

/** An error is told by its name and message; its stack has many lines, which --pretty shows. */
function dataText(data: unknown): string {
  if (!isObject(data)) return textOf(data);
  const { name, message, stack, ...others } = data;
  if (typeof name !== "string" || typeof message !== "string" || typeof stack !== "string")
    return textOf(data);
  const rest = Object.keys(others).length === 0 ? "" : ` ${textOf(others)}`;
  return `${name}: ${message}${rest}`;
}

/** Foreign text, which must neither end the line nor steer the terminal. */
export function inOneLine(text: string): string {
  return printable(text.replace(/\r\n|\n/g, "↵").replace(/\t/g, "\\t"));
}

function pair(name: string, value: unknown): string {
  const text = dataText(value);
  const isPlain = typeof value !== "string" || /^[^\s"=]+$/.test(text);
  return `${name}=${isPlain ? text : JSON.stringify(text)}`;
}

function wider(columns: number, text: string, max: number): number {
  return Math.min(max, Math.max(columns, text.length));
}

/** In the time zone of the machine. */
export function timeOf(ms: number): string {
  const at = new Date(ms);
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two);
  return `${hours}:${minutes}:${seconds}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

export function dayOf(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
