import type { Writable } from "node:stream";
import type pino from "pino";

/** A program of pino's documentation, for any destination. */
export interface Example {
  /** The page of https://github.com/pinojs/pino (MIT) that has it, with its place. */
  readonly source: string;
  readonly run: (to: pino.DestinationStream & Writable) => unknown;
  /** Where it has the message and the time, if not in `msg` and `time`. */
  readonly messageKey?: string;
  readonly timeKey?: string;
  /** The differences that it shows, by their names in docs/from-other-loggers.md. */
  readonly differs?: readonly string[];
}
