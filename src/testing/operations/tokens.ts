/**
 * Paging tokens. A position between two events is written as 56 digits, as AWS writes its own; it names the event
 * behind it and not an index, so that events which arrive late do not shift what a reader has seen.
 */
import { invalidParameter } from "../aws-error.js";
import type { Position } from "../stream-events.js";

const digits = { timestamp: 20, putSeq: 16, arrival: 20 } as const;
const positionPattern = /^(\d{20})(\d{16})(\d{20})$/;

export function invalidToken(): Error {
  return invalidParameter("The specified nextToken is invalid.");
}

export function positionText({ timestamp, putSeq, arrival }: Position): string {
  return (
    String(timestamp).padStart(digits.timestamp, "0") +
    String(putSeq).padStart(digits.putSeq, "0") +
    String(arrival).padStart(digits.arrival, "0")
  );
}

export function positionOf(text: string): Position {
  const match = positionPattern.exec(text);
  if (match === null) throw invalidToken();
  return { timestamp: Number(match[1]), putSeq: Number(match[2]), arrival: Number(match[3]) };
}

/** The position right behind an event. */
export function behind({ timestamp, putSeq, arrival }: Position): Position {
  return { timestamp, putSeq, arrival: arrival + 1 };
}

/** The position before every event of a millisecond. */
export function startOf(timestamp: number): Position {
  return { timestamp, putSeq: 0, arrival: 0 };
}

/** Pages of a listing are told apart by the number of items before them. */
export function listingOffset(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d{1,15}$/.test(token)) throw invalidToken();
  return Number(token);
}
