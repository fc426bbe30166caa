/** A query becomes a function. What is cheap comes first: most records are turned away before anything of them is decoded. */
import type { StoredRecord } from "../record/stored-record.js";
import { LEVELS } from "../record/types.js";
import { comparable, LineView } from "./line-view.js";
import { compileGrep } from "./pattern.js";
import { compileWhere } from "./place.js";
import type { Query } from "./query.js";

export type Filter = (record: StoredRecord) => boolean;

/** What the parts of a query are called where it was given, such as `--grep`, for errors. */
export type NameOf = (part: "grep" | "where") => string;

/** True for the records that a query asks for. Throws DRAGONLOG_OPTION_INVALID for a query that cannot be understood. */
export function compileFilter(query: Query, nameOf: NameOf = (part) => part): Filter {
  const { service, type, requestId, grep, where = [] } = query;
  const isOfType = type === undefined ? undefined : compileType(type);
  const tests = [
    ...(requestId === undefined ? [] : [compileRequestId(requestId)]),
    ...(grep === undefined ? [] : [compileGrep(grep, nameOf("grep"))]),
    ...where.map((each) => compileWhere(each, nameOf("where"))),
  ];
  return (record) => {
    if (service !== undefined && record.service !== service) return false;
    if (isOfType !== undefined && !isOfType(record.type)) return false;
    if (tests.length === 0) return true;
    const line = new LineView(record);
    return tests.every((test) => test(line));
  };
}

function compileType(type: string): (type: string) => boolean {
  const least = levelOf(type);
  return least < 0 ? (each) => each === type : (each) => levelOf(each) >= least;
}

/** The index of a level, in upper or lower case; -1 for any other type. */
function levelOf(type: string): number {
  return (LEVELS as readonly string[]).indexOf(type.toUpperCase());
}

/** Where a request id is no text, as only other programs write it, its JSON is compared. */
function compileRequestId(requestId: string): (line: LineView) => boolean {
  const bytes = Buffer.from(requestId).toString("latin1");
  // A number can be written in several ways; a text without escapes in one.
  const isWrittenOneWay = Number.isNaN(Number(requestId)) && !/["\\{}[\],]/.test(requestId);
  return (line) => {
    if (isWrittenOneWay && !line.hasEscapes && !line.bytesText.includes(bytes)) return false;
    return line.members !== undefined && comparable(line.members.request_id) === requestId;
  };
}
