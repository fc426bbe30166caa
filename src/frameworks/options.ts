/** What `requestLog` takes, whichever framework it is for. */
import type { DragonLogger } from "../logger/logger.js";
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";

/** `Args` is what the framework hands to a handler: its request and its response, or the one object that is both. */
export interface RequestLogOptions<Args extends unknown[]> {
  /** Takes the records. Required. */
  logger: Pick<DragonLogger, "log">;
  /**
   * The header that a request's id is taken from, and that its response says it in. Default `x-request-id`. An id there is
   * taken if it is 1 to 200 printable ASCII characters; otherwise one is made.
   */
  header?: string;
  /** Makes the id of a request that brings none. Default: some 12 letters and digits, unique to the process and the request. */
  makeId?: () => string;
  /** Asked when a request has ended: true leaves out its access record, not what was logged below it, nor its errors. */
  skip?: (...args: Args) => boolean;
  /**
   * The type of access records, or a function that says it by status (undefined for a request that was aborted before it had
   * one). Default `ACCESS`, which obeys no level: a logger that records warnings only records requests still.
   */
  type?: string | ((status: number | undefined) => string);
  /** Adds the client's address as `ip`, as the framework has it. Default false. */
  ip?: boolean;
  /** Leaves the query in `path`, where secrets may stand. Default false. */
  query?: boolean;
  /** Further members for the access record's metadata; asked when the request has ended. */
  extra?: (...args: Args) => object;
}

/** What a value has to be, by what `typeof` says of it. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  logger: ["object"],
  header: ["string"],
  makeId: ["function"],
  skip: ["function"],
  type: ["string", "function"],
  ip: ["boolean"],
  query: ["boolean"],
  extra: ["function"],
};
/** What HTTP allows as the name of a header. https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

export interface Parsed<Args extends unknown[]> extends RequestLogOptions<Args> {
  header: string;
  type: string | ((status: number | undefined) => string);
}

/** Throws `DRAGONLOG_OPTION_UNKNOWN` or `DRAGONLOG_OPTION_INVALID`, with the name of the option at fault. */
export function parseRequestLog<Args extends unknown[]>(options: RequestLogOptions<Args>): Parsed<Args> {
  for (const [name, value] of Object.entries(options ?? {})) {
    const takes = TAKES[name];
    if (takes === undefined) {
      const names = Object.keys(TAKES).join(", ");
      throw new DragonlogError(
        "DRAGONLOG_OPTION_UNKNOWN",
        `requestLog has no option ${JSON.stringify(name)}`,
        `There are: ${names}.`,
      );
    }
    if (value !== undefined && !takes.includes(typeof value)) {
      throw refuseValue(name, value, `a ${takes.join(" or a ")}`);
    }
  }
  if (typeof options?.logger?.log !== "function") {
    throw refuseValue("logger", options?.logger, "a DragonLogger");
  }
  const { header = "x-request-id", type = "ACCESS" } = options;
  if (!TOKEN.test(header)) {
    throw refuseValue("header", header, "the name of a header");
  }
  return { ...options, header: header.toLowerCase(), type };
}
