import { headOf } from "./line-head.js";
import type { FoundLetter } from "./read-letters.js";
import { destinationText } from "./summary.js";

/** What a list says of a letter. */
export interface Brief {
  readonly key: string;
  /** When it became one, ISO 8601. */
  readonly at: string;
  readonly reason: string;
  readonly detail: string;
  readonly service: string;
  readonly destination: string;
  /** How the record's data begins. */
  readonly data: string;
}

export function briefOf({ key, letter }: FoundLetter, dataCharactersMax: number): Brief {
  const { at, reason, detail, destination, line } = letter;
  return {
    key,
    at,
    reason,
    detail,
    service: headOf(line)?.service ?? "?",
    destination: destinationText(destination),
    data: dataText(line, dataCharactersMax),
  };
}

function dataText(line: Buffer, charactersMax: number): string {
  let data: unknown;
  try {
    ({ data } = JSON.parse(line.toString()) as { data?: unknown });
  } catch {
    data = line.toString();
  }
  const text = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;
}
