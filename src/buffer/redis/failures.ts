/** What went wrong with a store: one error class for every call, and what its cause means for the caller. */
import { DragonlogError, messageOf } from "../../system/errors.js";

/**
 * - `away`: no connection, or it was cut before the answer came. A write may have been carried out all the same.
 * - `loading`: the server reads its data from disk and answers nothing yet.
 * - `full`: a write was not carried out for want of memory; reading and deleting still work.
 * - `read-only`: a write was not carried out; the server is a replica, or stopped taking writes.
 * - `refused`: it would not let us in, or not let us do this. Only people can change that.
 * - `other`: none of these.
 */
export type StoreFailure = "away" | "loading" | "full" | "read-only" | "refused" | "other";

const HINTS: Readonly<Record<StoreFailure, string>> = {
  away: "Check that the server runs and can be reached from here. It is tried again by itself.",
  loading: "Wait until it has read its data.",
  full: "Give it more memory, or more shippers that empty it.",
  "read-only": "Connect to the primary, or see in the server's log why it takes no writes.",
  refused: "Check user, password, certificate and the user's ACL; docs/store.md lists the commands it needs.",
  other: "See the message of the server.",
};

/** What every call of a store rejects with. */
export class StoreError extends DragonlogError {
  readonly failure: StoreFailure;

  /** `name` is the store's, without its password. */
  constructor(name: string, cause: unknown, failure: StoreFailure = failureOf(cause)) {
    super("DRAGONLOG_STORE_FAILED", `${name}: ${messageOf(cause)}`, HINTS[failure], cause);
    this.failure = failure;
  }
}

/** Errors of the client library, and of ours beside it, that mean that there is no connection, by the name of their class. */
const AWAY_CLASSES: ReadonlySet<string> = new Set([
  "AbortError",
  "ClientClosedError",
  "ClientOfflineError",
  "ConnectionTimeoutError",
  "DisconnectsClientError",
  "NoConnectionError",
  "NoMasterError",
  "ReconnectStrategyError",
  "RootNodesUnavailableError",
  "SocketClosedUnexpectedlyError",
  "SocketTimeoutError",
  "TimeoutError",
]);

/** Codes that Node.js gives to a certificate or a handshake that is not accepted. */
const TLS_CODE = /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/;

/**
 * How servers begin an error. Redis and Valkey: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 * and src/server.c; Dragonfly says `ERR Out of memory` where they say `OOM command not allowed`.
 */
const REPLIES: readonly (readonly [RegExp, StoreFailure])[] = [
  [/^OOM |^(-?ERR )?Out of memory/i, "full"],
  [/^(LOADING|BUSY) /, "loading"],
  [/^(CLUSTERDOWN|MASTERDOWN|TRYAGAIN) |max number of clients reached/, "away"],
  [/^(READONLY|MISCONF|NOREPLICAS) /, "read-only"],
  [/^(NOAUTH|WRONGPASS|NOPERM|DENIED) |\bAUTH\b|invalid password/, "refused"],
];

/** Pure, and never throws. */
export function failureOf(thrown: unknown): StoreFailure {
  if (thrown instanceof StoreError) {
    return thrown.failure;
  }
  const { code, constructor: kind } = (thrown ?? {}) as { code?: unknown; constructor?: { name?: string } };
  if (typeof code === "string" && thrown instanceof Error) {
    return TLS_CODE.test(code) ? "refused" : "away";
  }
  if (AWAY_CLASSES.has(kind?.name ?? "")) {
    return "away";
  }
  const message = messageOf(thrown);
  return REPLIES.find(([pattern]) => pattern.test(message))?.[1] ?? "other";
}
