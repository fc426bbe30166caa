/** A record as it is shown: the JSON text of its line, or of a preview, taken apart. */
import { parseExactly } from "../../encode/exact-json.js";

export type Member = readonly [name: string, value: unknown];

export interface SeenRecord {
  readonly timestampMs: number;
  readonly service: string;
  readonly type: string;
  readonly data: unknown;
  readonly requestId: unknown;
  readonly metadata: unknown;
  /** Whatever else stands in the line. */
  readonly others: readonly Member[];
  readonly id: string;
  /** Of a line that is no JSON and of which only the beginning is here: its bytes. */
  readonly previewOf: number | undefined;
}

export function seenRecord(text: string): SeenRecord {
  const { timestamp, service, type, data, request_id, metadata, id, ...others } = membersOf(text);
  const { preview, bytes, ...rest } = others;
  const isPreview = preview === true && typeof bytes === "number";
  return {
    timestampMs: typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN,
    service: textOf(service),
    type: textOf(type),
    data,
    requestId: request_id,
    metadata,
    others: Object.entries(isPreview ? rest : others),
    id: textOf(id),
    previewOf: isPreview ? bytes : undefined,
  };
}

function membersOf(text: string): Record<string, unknown> {
  try {
    const value = parseExactly(text);
    return isObject(value) ? value : { data: value };
  } catch {
    return { data: text };
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value in one line: a text as it is, anything else as JSON. Empty for nothing. */
export function textOf(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    return "(nested too deep to be shown)";
  }
}
