/** What the list holds: a record as it came, or a note of the page between records. */
import { clockMs } from "../system/figures.js";
import { levelOf } from "../system/levels.js";
import { cut, visibleLine } from "../system/visible.js";

export interface RecordRow {
  readonly kind: "record";
  readonly id: string | undefined;
  /** In ms since 1970-01-01 UTC; NaN where the record has no time. */
  readonly timeMs: number;
  readonly record: Readonly<Record<string, unknown>>;
  /** The line is too long to be sent unasked: this is how it begins. */
  readonly isPreview: boolean;
}

interface NoteRow {
  readonly kind: "note";
  readonly timeMs: number;
  readonly text: string;
}

export type Row = RecordRow | NoteRow;

/** More does not fit into a line on any screen. */
const CHARS_MAX = 600;

export function rowOf(record: unknown): RecordRow {
  const object =
    typeof record === "object" && record !== null ? (record as Record<string, unknown>) : { data: record };
  return {
    kind: "record",
    id: typeof object.id === "string" ? object.id : undefined,
    timeMs: typeof object.timestamp === "string" ? Date.parse(object.timestamp) : Number.NaN,
    record: object,
    isPreview: object.preview === true && typeof object.bytes === "number",
  };
}

export interface Cells {
  readonly time: string;
  readonly level: number;
  readonly type: string;
  readonly service: string;
  readonly data: string;
  readonly rest: string;
}

/** The texts of a row, ready to be shown. */
export function cellsOf({ record, timeMs, isPreview }: RecordRow): Cells {
  const type = textOf(record.type);
  return {
    time: Number.isNaN(timeMs) ? cut(visibleLine(textOf(record.timestamp)), 12) : clockMs(timeMs),
    level: levelOf(type),
    type: cut(visibleLine(type), 24),
    service: cut(visibleLine(textOf(record.service)), 80),
    data: cut(visibleLine(cut(textOf(record.data), CHARS_MAX)), CHARS_MAX) + (isPreview ? " …" : ""),
    rest: restOf(record),
  };
}

export function requestIdOf(record: Readonly<Record<string, unknown>>): string | undefined {
  return typeof record.request_id === "string" && record.request_id !== "" ? record.request_id : undefined;
}

/** Any value as one text: a string as it is, the rest as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : (JSON.stringify(value) ?? String(value));
}

function restOf(record: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  let chars = 0;
  const { metadata } = record;
  if (typeof metadata === "object" && metadata !== null && !Array.isArray(metadata)) {
    for (const [name, value] of Object.entries(metadata)) {
      if (chars > CHARS_MAX) break;
      const part = `${name}=${cut(textOf(value), CHARS_MAX)}`;
      chars += part.length;
      parts.push(part);
    }
  } else if (metadata !== undefined && metadata !== null) {
    parts.push(cut(textOf(metadata), CHARS_MAX));
  }
  const requestId = requestIdOf(record);
  if (requestId !== undefined) parts.push(`request_id=${requestId}`);
  return visibleLine(cut(parts.join("  "), CHARS_MAX));
}
