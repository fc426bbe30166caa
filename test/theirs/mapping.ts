/**
 * What docs/from-other-loggers.md states of where things go ("Where things go"), once more and by itself: from what pino or winston
 * made of a call follows what the record must be.
 */

/** A record without what is its journal's: `id` and `service`. */
export interface Expected {
  /** Undefined where the other logger gave no time that is one: the record has the time of the call. */
  readonly timestamp: string | undefined;
  readonly type: string;
  readonly data: unknown;
  readonly request_id: unknown;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
}

/** What the other logger made of a call. */
export interface Made {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Its name of the level. */
  readonly level: string;
  /** All ways in which the field `level` says that name. */
  readonly levelForms: readonly unknown[];
  readonly messageKey: string;
  readonly timeKey: string;
}

const REQUEST_IDS = ["request_id", "reqId"] as const;

export function recordOf({ fields, level, levelForms, messageKey, timeKey }: Made): Expected {
  const { [messageKey]: message, [timeKey]: time, level: levelField, ...others } = fields;
  const timestamp = isoOf(time);
  const own = REQUEST_IDS.find((name) => isRequestId(others[name]));
  const requestId = own === undefined ? (others.req as { id?: unknown } | undefined)?.id : others[own];
  const rest = Object.entries({
    ...others,
    // What is no time, or says more than a record's timestamp can, stays.
    ...(timestamp === undefined && { [timeKey]: time }),
    ...(!levelForms.includes(levelField) && { level: levelField }),
  }).filter(([name, value]) => value !== undefined && name !== own);
  const members = rest.length === 0 ? undefined : Object.fromEntries(rest);
  return {
    timestamp,
    type: level.toUpperCase(),
    data: message === undefined ? (members ?? {}) : message,
    request_id: isRequestId(requestId) ? requestId : undefined,
    metadata: message === undefined ? undefined : members,
  };
}

function isRequestId(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && value !== "");
}

/** Milliseconds since 1970, or their ISO text. */
function isoOf(time: unknown): string | undefined {
  if (typeof time === "number" && time > 1e11) return new Date(time).toISOString();
  const isIso = typeof time === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time);
  return isIso ? time : undefined;
}
