/** JSON text of a value: the fast way where it goes, the complete way otherwise. */
import { types } from "node:util";
import { anyMembers, anyText, shortenedByLast } from "./any.js";
import { plainMembers, plainText } from "./plain.js";

/** What encoding had to change; counted, so that nothing is shortened silently. */
export interface EncodeCounts {
  /** Values that were cut off and marked, because they are too deep or too many. */
  shortened: number;
}

export function valueText(value: unknown, counts: EncodeCounts): string {
  try {
    const plain = plainText(value);
    if (plain !== undefined) {
      return plain;
    }
  } catch {
    // A getter or proxy threw: the complete way marks the value that threw and keeps the rest.
  }
  const text = anyText(value);
  counts.shortened += shortenedByLast();
  return text;
}

/** The members of `metadata`, without braces; an Error is a member of its own, `"error":{…}`. */
export function membersText(metadata: object, counts: EncodeCounts): string {
  try {
    const plain = plainMembers(metadata);
    if (plain !== undefined) {
      return plain;
    }
  } catch {
    // As above.
  }
  if (isError(metadata)) {
    return `"error":${valueText(metadata, counts)}`;
  }
  const text = anyMembers(metadata);
  counts.shortened += shortenedByLast();
  return text;
}

/** True for errors of other realms too; a proxy that throws when it is looked at is none. */
export function isError(value: unknown): boolean {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}
