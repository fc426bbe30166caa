/**
 * What the shipper serves, and what the page asks for. Times are in ms since 1970-01-01 UTC unless they stand in a record.
 *
 *     GET  /                             the page; /assets/… what belongs to it
 *     GET  /api/session                  Session
 *     GET  /api/overview                 Overview (watch/overview.ts)
 *     GET  /api/history                  Step[] (ship/vitals.ts), the last hour, oldest first
 *     GET  /api/records?…                LiveEvent after LiveEvent (live/query.ts): server-sent events where asked for
 *                                        text/event-stream, else one JSON line each
 *     GET  /api/records/:id              the record's line as it is; 404 when it is not here any more
 *     GET  /api/dead-letters?…           DeadLetterList
 *     GET  /api/dead-letters/:key        DeadLetterDetail
 *     POST /api/dead-letters/replay      DeadLetterOrder -> Replayed
 *     POST /api/dead-letters/drop        DeadLetterOrder -> Dropped
 *     GET  /login, POST /login, POST /logout
 *     GET  /metrics, /healthz, /readyz
 *
 * Parameters of /api/records: service, type, request_id, grep, where (repeated), last (at most 20,000), since (a duration or a
 * time), follow=0, per_second_max, line_bytes_max. One that is unknown, repeated or out of range is refused by its name.
 *
 * A stream has a heartbeat every 15 s: a comment between events, an empty line between lines. One that ends for a reason, such
 * as a filter that takes too long, says it in the `trouble` of a last LiveEvent; a browser then also gets `event: end` with an
 * ApiError, for it should not come again. A stream that ends without that ends with its shipper: ask again. Whoever takes nothing
 * for 60 s is let go. At most 32 look at once.
 *
 * An error is answered with ApiError and a status of 4xx or 5xx. All but /healthz, /readyz and /login takes the token, where
 * there is one, as `Authorization: Bearer` or by the cookie of a login; a program of the user who ships may send the key that
 * stands in the shipper's report (ship/report.ts) in its place. What changes something is JSON of at most 64 KiB, from no other
 * page than this one.
 */
export interface Session {
  readonly version: string;
  readonly host: string;
  /** The page may not change anything. */
  readonly readOnly: boolean;
  /** Logged in with a token, so that there is something to log out of. */
  readonly loggedIn: boolean;
}

export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** One kind of dead letters. */
export interface DeadLetterKind {
  readonly reason: string;
  readonly destination: string;
  readonly service: string;
  readonly letters: number;
  /** ISO 8601, of the first and the last one. */
  readonly first: string;
  readonly last: string;
}

interface DeadLetterSummary {
  readonly key: string;
  readonly at: string;
  readonly reason: string;
  readonly detail: string;
  readonly service: string;
  readonly destination: string;
  /** How the record's data begins. */
  readonly data: string;
}

/** Parameters: reason, service. */
export interface DeadLetterList {
  readonly letters: number;
  readonly bytes: number;
  readonly bytesMax: number | undefined;
  readonly dir: string;
  readonly kinds: readonly DeadLetterKind[];
  /** The newest, at most 200. */
  readonly newest: readonly DeadLetterSummary[];
}

export interface DeadLetterDetail extends DeadLetterSummary {
  readonly attempts: number;
  readonly requestId: string | undefined;
  readonly firstTriedAt: string | undefined;
  readonly lastTriedAt: string | undefined;
  /** The record as text: its line. */
  readonly line: string;
}

/** Which letters: those of these keys, or all with this reason and service. Never all by accident: one of the three is needed. */
export interface DeadLetterOrder {
  readonly keys?: readonly string[];
  readonly reason?: string;
  readonly service?: string;
  readonly all?: true;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
}

export interface Replayed {
  readonly dryRun: boolean;
  readonly letters: number;
  /** That cannot be sent again from here. */
  readonly unfit: number;
  /** Of a dry run: too old or too far ahead for the destination, which would refuse them again. */
  readonly outOfTime?: number;
}

export interface Dropped {
  readonly dryRun: boolean;
  readonly letters: number;
}
