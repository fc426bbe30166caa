import { headOf } from "./line-head.js";
import type { FoundLetter } from "./read-letters.js";
import { destinationText } from "./summary.js";

/** What a list says of a letter. It holds nothing of the letter itself, which may be large. */
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

export interface BriefLimits {
  readonly dataCharactersMax: number;
  /** Of what a destination said. Default: all of it. */
  readonly detailCharactersMax?: number;
}

export function briefOf(
  { key, letter }: FoundLetter,
  { dataCharactersMax, detailCharactersMax = Number.POSITIVE_INFINITY }: BriefLimits,
): Brief {
  const { at, reason, detail, destination, line } = letter;
  return {
    key,
    at,
    reason,
    detail: startOf(detail, detailCharactersMax),
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
  return text.length > charactersMax ? `${startOf(text, charactersMax)}…` : text;
}

/** A copy: a slice would keep the whole of the text in memory for as long as itself. */
function startOf(text: string, charactersMax: number): string {
  return text.length > charactersMax
    ? Buffer.from(text.slice(0, charactersMax), "utf16le").toString("utf16le")
    : text;
}
