/** The logger that an adapter writes to: one of the application's, or its own. */
import { DragonLogger } from "../logger/logger.js";
import type { LoggerOptions } from "../logger/types.js";
import { LOG_JSON } from "../record/adapted.js";
import { refuseValue } from "../system/refusal.js";

/** What an adapter takes: a logger, whose journal it writes to, or the options of `new DragonLogger()`. */
export type AdapterOptions =
  | LoggerOptions
  | {
      /** A logger of the application's, whose journal is written to; nothing else of a logger's options stands beside it. */
      readonly logger: DragonLogger;
    };

export interface Adapted<Own> {
  readonly logger: DragonLogger;
  /** Whoever opens a logger closes it. */
  readonly isOwn: boolean;
  /** The options that are the adapter's alone. */
  readonly own: Own;
}

/**
 * `source` names the call, for errors. What is worth recording was decided by the other logger already, so one that is opened here
 * takes every level, unless the options say otherwise.
 *
 * Throws what `new DragonLogger()` throws, and DRAGONLOG_OPTION_INVALID for a `logger` that is none.
 */
export function adaptedLogger<Own extends object>(
  options: AdapterOptions & Own,
  ownKeys: readonly (keyof Own & string)[],
  source: string,
): Adapted<Own> {
  if (typeof options !== "object" || options === null) {
    throw refuseValue(`the argument of ${source}`, options, "an object of options");
  }
  const rest = { ...options } as Record<string, unknown>;
  const own: Record<string, unknown> = {};
  for (const key of ownKeys) {
    if (rest[key] !== undefined) own[key] = rest[key];
    delete rest[key];
  }
  const { logger } = rest;
  if (logger === undefined) {
    delete rest.logger;
    const opened = new DragonLogger({ level: "trace", ...rest } as LoggerOptions);
    return { logger: opened, isOwn: true, own: own as Own };
  }
  const [other] = Object.keys(rest).filter((key) => key !== "logger" && rest[key] !== undefined);
  if (other !== undefined) {
    throw refuseValue(`${other} of ${source}`, rest[other], "nothing beside a logger, which has its own");
  }
  if (typeof logger !== "object" || logger === null || !(LOG_JSON in logger)) {
    throw refuseValue(`logger of ${source}`, logger, "a DragonLogger");
  }
  return { logger: logger as DragonLogger, isOwn: false, own: own as Own };
}
