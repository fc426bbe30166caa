import type { AdapterOptions } from "../adapted-logger.js";
import type { RequestIdOption } from "../request-id.js";

interface Reading {
  /**
   * Where the request id stands in a line of pino, the first that is there counts: names, with dots between them for members of
   * members. Default `["request_id", "reqId", "req.id"]`.
   */
  readonly requestId?: RequestIdOption;
  /** The member with the text, where pino does not say itself (`messageKey`). Default `msg`. */
  readonly messageKey?: string;
  /** The member with the time, for a `timestamp` function that names it otherwise. Default `time`. */
  readonly timeKey?: string;
}

/** The options of `new DragonLogger()` for a journal of its own; or a logger, whose journal it writes to. */
export type PinoOptions = Reading & AdapterOptions;

export const READING_KEYS = ["requestId", "messageKey", "timeKey"] as const;
