/** One line as filters look at it: each form is made when it is first asked for, and once. */
import { parseExactly } from "../encode/exact-json.js";
import type { StoredRecord } from "../record/stored-record.js";

export class LineView {
  readonly record: StoredRecord;
  #bytesText: string | undefined;
  #text: string | undefined;
  #isParsed = false;
  #members: Readonly<Record<string, unknown>> | undefined;

  constructor(record: StoredRecord) {
    this.record = record;
  }

  /** A character for each byte: what is plain ASCII stands in it as it is, and it costs much less than the text. */
  get bytesText(): string {
    const { bytes, start, end } = this.record;
    this.#bytesText ??= bytes.toString("latin1", start, end);
    return this.#bytesText;
  }

  get text(): string {
    const { bytes, start, end } = this.record;
    this.#text ??= bytes.toString("utf8", start, end);
    return this.#text;
  }

  /** True where a string of the line may be written otherwise than it reads. */
  get hasEscapes(): boolean {
    return this.bytesText.includes("\\");
  }

  /** Undefined for what is no JSON object. */
  get members(): Readonly<Record<string, unknown>> | undefined {
    if (!this.#isParsed) {
      this.#isParsed = true;
      this.#members = this.record.malformed === undefined ? jsonObject(this.text, parseExactly) : undefined;
    }
    return this.#members;
  }
}

/** The value of a JSON text; undefined where it is none, or none of an object. */
export function jsonObject(
  text: string,
  parse: (text: string) => unknown = JSON.parse,
): Record<string, unknown> | undefined {
  try {
    const value = parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A value as a text to compare with: a string itself, anything else its JSON. Undefined for what is nested too deep for that. */
export function comparable(value: unknown): string | undefined {
  try {
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}
