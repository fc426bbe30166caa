import type { DragonLogger } from "../../logger/logger.js";
import type { LoggerOptions } from "../../logger/types.js";

interface Reading {
  /**
   * Where the request id stands in a line of pino, the first that is there counts: names, with dots between them for members of
   * members. Default `["request_id", "reqId", "req.id"]`.
   */
  readonly requestId?: string | readonly string[];
  /** The member with the text, where pino does not say itself (`messageKey`). Default `msg`. */
  readonly messageKey?: string;
  /** The member with the time, for a `timestamp` function that names it otherwise. Default `time`. */
  readonly timeKey?: string;
}

/** The options of `new DragonLogger()` for a journal of its own; or a logger, whose journal it writes to. */
export type PinoOptions = Reading & (LoggerOptions | { readonly logger: DragonLogger });

export const READING_KEYS = ["requestId", "messageKey", "timeKey"] as const;
export const REQUEST_ID_DEFAULT: readonly string[] = ["request_id", "reqId", "req.id"];
