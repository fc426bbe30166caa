/** A record as it is shown: the JSON text of its line, or of a preview, taken apart. */
import { parseExactly } from "../../encode/exact-json.js";

export interface SeenRecord {
  readonly timestampMs: number;
  readonly service: string;
  readonly type: string;
  readonly data: unknown;
  readonly requestId: unknown;
  /** The metadata's members, and whatever else stands in the line. */
  readonly more: readonly (readonly [name: string, value: unknown])[];
  readonly id: string;
  /** Of a line that is no JSON and of which only the beginning is here: its bytes. */
  readonly previewOf: number | undefined;
}

export function seenRecord(text: string): SeenRecord {
  const { timestamp, service, type, data, request_id, metadata, id, ...others } = membersOf(text);
  const { preview, bytes, ...rest } = others;
  const isPreview = preview === true && typeof bytes === "number";
  const said = isObject(metadata) ? Object.entries(metadata) : [];
  const unusual = metadata === undefined || isObject(metadata) ? [] : [["metadata", metadata] as const];
  return {
    timestampMs: typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN,
    service: textOf(service),
    type: textOf(type),
    data,
    requestId: request_id,
    more: [...said, ...unusual, ...Object.entries(isPreview ? rest : others)],
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

function isObject(value: unknown): value is Record<string, unknown> {
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
