/** Any value: the fast way where it goes, the complete way otherwise. */
import { types } from "node:util";
import { anyMembers, anyText, shortenedByLast } from "./any.js";
import { stringText } from "./escape.js";
import type { Pen } from "./pen.js";
import { writeMembers, writePlain } from "./plain.js";

/** What encoding had to change; counted, so that nothing is shortened silently. */
export interface EncodeCounts {
  /** Values that were cut off and marked, because they are too deep or too many. */
  shortened: number;
}

/** JSON text of the value; undefined is null. */
export function valueText(value: unknown, counts: EncodeCounts): string {
  if (typeof value === "string") {
    return stringText(value);
  }
  const text = anyText(value);
  counts.shortened += shortenedByLast();
  return text;
}

/** The members of `metadata`, without braces; an Error is a member of its own, `"error":{…}`. */
export function membersText(metadata: object, counts: EncodeCounts): string {
  const text = isError(metadata) ? `"error":${anyText(metadata)}` : anyMembers(metadata);
  counts.shortened += shortenedByLast();
  return text;
}

/** What `valueText` says, to where it stays. */
export function writeValue(pen: Pen, value: unknown, counts: EncodeCounts): void {
  const { at: start, full } = pen;
  try {
    if (writePlain(pen, value, start, 0)) {
      return;
    }
  } catch {
    // A getter or proxy threw: the complete way marks the value that threw and keeps the rest.
  }
  pen.rewind(start, full);
  pen.text(valueText(value, counts));
}

/** What `membersText` says, to where it stays; false, and nothing that counts, where that takes the complete way. */
export function writePlainMembers(pen: Pen, metadata: object): boolean {
  const { at: start, full } = pen;
  try {
    if (writeMembers(pen, metadata, start, 0)) {
      return true;
    }
  } catch {
    // As above.
  }
  pen.rewind(start, full);
  return false;
}

/** True for errors of other realms too; a proxy that throws when it is looked at is none. */
export function isError(value: unknown): boolean {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}
