/** A record as it goes to people: its line, or a `Preview` (query.ts) of a line that is too long to be sent unasked or is no JSON. */

import { idAtEnd } from "../record/line-id.js";
import type { StoredRecord } from "../record/stored-record.js";
import { comparable, jsonObject } from "./line-view.js";
import type { Preview } from "./query.js";

const PREVIEW_CHARACTERS_MAX = 500;

/** JSON text of an object, without a line break. */
export function shownRecord(record: StoredRecord, lineBytesMax = Number.POSITIVE_INFINITY): string {
  const { bytes, start, end } = record;
  const text = bytes.toString("utf8", start, end);
  const members = record.malformed === undefined ? jsonObject(text) : undefined;
  if (members !== undefined && end - start <= lineBytesMax) {
    // A line break between two members, which only other programs write, is no part of what they say.
    return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, " ") : text;
  }
  return JSON.stringify(previewOf(record, text, members));
}

function previewOf(
  record: StoredRecord,
  text: string,
  members: Record<string, unknown> | undefined,
): Preview {
  const { bytes, start, end, writer, seq, timestamp, service, type } = record;
  const requestId = members === undefined ? undefined : comparable(members.request_id);
  const data = members === undefined ? text : (comparable(members.data) ?? text);
  return {
    preview: true,
    id: idAtEnd(bytes.subarray(start, end)) ?? `${writer}-${seq}`,
    timestamp: new Date(timestamp).toISOString(),
    service: beginningOf(service),
    type: beginningOf(type),
    ...(requestId === undefined ? {} : { request_id: beginningOf(requestId) }),
    data: beginningOf(data),
    bytes: end - start,
  };
}

/** Never with half of a character at its end. */
function beginningOf(text: string): string {
  return text.slice(0, PREVIEW_CHARACTERS_MAX).toWellFormed();
}
