/**
 * The object that another logger made of a call becomes a record. Nothing is left out that the record does not say elsewhere: a
 * time that its timestamp does not say in full stays among the members too.
 */

import type { DragonLogger } from "../logger/logger.js";
import type { SpanIds } from "../record/active-span.js";
import { LOG_AT } from "../record/adapted.js";
import { logTime } from "./log-time.js";
import { isRequestId, type MemberPath, memberAt } from "./request-id.js";

export interface ObjectReading {
  readonly type: string;
  /** The name of the member that is the data; without it, all members that are left are. */
  readonly message: string;
  /** The name of the member that is the time. */
  readonly time: string;
  /** The time, where another member of that name hides it. */
  readonly hiddenTime?: unknown;
  /** Names that the record says elsewhere. */
  readonly said: readonly string[];
  readonly requestIds: readonly MemberPath[];
}

/** Never throws: where a member cannot be read, the object is the data, in which that is said. */
export function logObject(
  logger: DragonLogger,
  object: Readonly<Record<string, unknown>>,
  reading: ObjectReading,
  span?: SpanIds | null,
): void {
  let parts: [record: Parameters<DragonLogger["log"]>[0], ms: number | undefined];
  try {
    parts = partsOf(object, reading);
  } catch {
    parts = [{ type: reading.type, data: object }, undefined];
  }
  logger[LOG_AT](parts[0], parts[1], span);
}

function partsOf(
  object: Readonly<Record<string, unknown>>,
  { type, message, time, hiddenTime, said, requestIds }: ObjectReading,
): [record: Parameters<DragonLogger["log"]>[0], ms: number | undefined] {
  const given = hiddenTime ?? object[time];
  const { ms, exact } = logTime(given);
  const requestPath = requestIds.find((path) => isRequestId(memberAt(object, path)));
  const hasMessage = object[message] !== undefined;
  // Without a prototype, so that `__proto__` is a name like all others.
  const members: Record<string, unknown> = Object.create(null);
  let count = 0;
  for (const name of Object.keys(object)) {
    const isSaid =
      (name === message && hasMessage) ||
      (name === time && exact && object[name] === given) ||
      said.includes(name) ||
      (requestPath?.length === 1 && requestPath[0] === name);
    if (isSaid) continue;
    members[name] = object[name];
    count++;
  }
  return [
    {
      type,
      data: hasMessage ? object[message] : members,
      ...(requestPath && { request_id: memberAt(object, requestPath) as string }),
      ...(hasMessage && count > 0 && { metadata: members }),
    },
    ms,
  ];
}
