import { formatWithOptions, inspect } from "node:util";
import type { DragonLogger } from "../../logger/logger.js";
import { LOG_AT } from "../../record/adapted.js";
import { refuseValue } from "../../system/refusal.js";
import { type AdapterOptions, adaptedLogger } from "../adapted-logger.js";

interface Own {
  /** False: what is logged is printed no more. Default true: it is printed as before, too. */
  readonly print?: boolean;
}

/** The options of `new DragonLogger()`, or `{ logger }`. */
export type ConsoleOptions = AdapterOptions & Own;

/** What `takeOver` gives: the way back. */
export interface TakenConsole {
  /** The logger whose journal is written to: the one that was given, or its own. */
  readonly logger: DragonLogger;
  /** Gives the console back, as it was found; flushes and closes the logger, unless it was given. */
  restore(): Promise<void>;
}

type Method = (...args: unknown[]) => void;

/** The methods that print, and the type of their records; the others, such as `table` and `count`, print by these. */
const TYPES = {
  trace: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  dir: "INFO",
  dirxml: "INFO",
  warn: "WARN",
  error: "ERROR",
} as const;
type Name = keyof typeof TYPES;

const SOURCE = "takeOver()";
/** As where output is no terminal. */
const NO_COLORS = { colors: false } as const;

/**
 * From now on what is printed by `console` is logged: its arguments formatted as Node.js does, in `data`. A call that has returned is
 * in the journal. What is printed while a record is made, such as by an `inspect` of an argument, is printed only.
 *
 * Throws what `new DragonLogger()` throws, and DRAGONLOG_OPTION_INVALID for a `print` that is no boolean.
 */
export function takeOver(options: ConsoleOptions): TakenConsole {
  const { logger, isOwn, own } = adaptedLogger<Own>(options, ["print"], SOURCE);
  const { print = true } = own;
  if (typeof print !== "boolean") throw refuseValue(`print of ${SOURCE}`, print, "true or false");
  const methods = console as unknown as Record<Name, Method>;
  const found = new Map<Name, Method>();
  const taken = new Map<Name, Method>();
  let recording = false;

  const record = (name: Name, args: unknown[], stack: string | undefined): void => {
    recording = true;
    try {
      const metadata = stack === undefined ? undefined : { stack };
      logger[LOG_AT](
        { type: TYPES[name], data: textOf(name, args), ...(metadata && { metadata }) },
        undefined,
      );
    } finally {
      recording = false;
    }
  };

  for (const name of Object.keys(TYPES) as Name[]) {
    const original = methods[name];
    found.set(name, original);
    const method = (...args: unknown[]): void => {
      if (recording) {
        original.apply(console, args);
        return;
      }
      record(name, args, name === "trace" ? stackOf(method) : undefined);
      if (!print) return;
      recording = true;
      try {
        // What it prints by other methods is recorded already.
        original.apply(console, args);
      } finally {
        recording = false;
      }
    };
    Object.defineProperty(method, "name", { value: name });
    taken.set(name, method);
    methods[name] = method;
  }

  return {
    logger,
    async restore() {
      for (const [name, original] of found) {
        // Whoever has taken it over since then keeps it.
        if (methods[name] === taken.get(name)) methods[name] = original;
      }
      if (isOwn) await logger.close();
    },
  };
}

function textOf(name: Name, args: unknown[]): string {
  try {
    if (name === "dir") {
      return inspect(args[0], { customInspect: false, ...(args[1] as object), ...NO_COLORS });
    }
    return formatWithOptions(NO_COLORS, ...args);
  } catch (error) {
    // An argument that cannot be inspected; the call must not throw where the record can be kept.
    return `[Unprintable: ${error instanceof Error ? error.message : "unknown"}]`;
  }
}

function stackOf(below: Method): string {
  const place: { stack?: string } = {};
  Error.captureStackTrace(place, below);
  return `${place.stack}`.replace(/^Error\n/, "");
}
