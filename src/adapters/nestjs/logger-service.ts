import type { DragonLogger } from "../../logger/logger.js";
import { LOG_AT } from "../../record/adapted.js";
import { type Adapted, type AdapterOptions, adaptedLogger } from "../adapted-logger.js";

/** Nest's levels, and the types of their records. */
const TYPES = {
  verbose: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
} as const;
type NestLevel = keyof typeof TYPES;

/** How Nest tells a stack from a context: `isStackFormat` of its ConsoleLogger. */
const STACK = /^(.)+\n\s+at .+:\d+:\d+/;

/**
 * For `NestFactory.create(AppModule, { logger: new DragonlogLoggerService({ service: "api" }) })`: Nest's `LoggerService`, with the
 * arguments read as its `ConsoleLogger` reads them. The context becomes `metadata.context`, a stack `metadata.stack`; each further
 * message is a record of its own. A call that has returned is in the journal.
 *
 * The constructor throws what `new DragonLogger()` throws.
 */
export class DragonlogLoggerService {
  /** The logger whose journal is written to: the one that was given, or its own. */
  readonly logger: DragonLogger;
  readonly #adapted: Adapted<object>;
  #enabled: ReadonlySet<string> = new Set(Object.keys(TYPES));

  constructor(options: AdapterOptions) {
    this.#adapted = adaptedLogger(options, [], "new DragonlogLoggerService()");
    this.logger = this.#adapted.logger;
  }

  /** Logs TRACE records. */
  verbose(message: unknown, ...optionalParams: unknown[]): void {
    this.#log("verbose", message, optionalParams);
  }

  /** Logs DEBUG records. */
  debug(message: unknown, ...optionalParams: unknown[]): void {
    this.#log("debug", message, optionalParams);
  }

  /** Logs INFO records. */
  log(message: unknown, ...optionalParams: unknown[]): void {
    this.#log("log", message, optionalParams);
  }

  /** Logs WARN records. */
  warn(message: unknown, ...optionalParams: unknown[]): void {
    this.#log("warn", message, optionalParams);
  }

  /** Logs ERROR records. */
  error(message: unknown, ...optionalParams: unknown[]): void {
    this.#log("error", message, optionalParams);
  }

  /** Logs FATAL records. */
  fatal(message: unknown, ...optionalParams: unknown[]): void {
    this.#log("fatal", message, optionalParams);
  }

  /** Nest's names of the levels that are recorded from now on. */
  setLogLevels(levels: readonly NestLevel[]): void {
    this.#enabled = new Set(levels);
  }

  /** Nest calls it on shutdown where the service is a provider. Closes the logger, unless it was given. */
  async onApplicationShutdown(): Promise<void> {
    if (this.#adapted.isOwn) await this.logger.close();
  }

  #log(level: NestLevel, message: unknown, params: readonly unknown[]): void {
    if (!this.#enabled.has(level)) return;
    const { messages, ...rest } = level === "error" ? readError(message, params) : readCall(message, params);
    const metadata = Object.keys(rest).length > 0 ? { metadata: rest } : {};
    for (const data of messages) {
      this.#adapted.logger[LOG_AT]({ type: TYPES[level], data, ...metadata }, undefined);
    }
  }
}

interface Read {
  readonly messages: readonly unknown[];
  readonly context?: string;
  readonly stack?: string;
}

/** The last one is the context, if it is a text; an undefined one is a stack that was not given. */
function readCall(message: unknown, params: readonly unknown[]): Read {
  const last = params.at(-1);
  const isContext = typeof last === "string";
  const others = (isContext ? params.slice(0, -1) : params).filter((param) => param !== undefined);
  return { messages: [message, ...others], ...(isContext && { context: last }) };
}

/** `error(message, stack?, context?)`. */
function readError(message: unknown, params: readonly unknown[]): Read {
  const [only] = params;
  if (params.length === 1 && typeof only === "string" && STACK.test(only)) {
    return { messages: [message], stack: only };
  }
  const { messages, ...rest } = readCall(message, params);
  const last = messages.at(-1);
  return messages.length > 1 && typeof last === "string"
    ? { messages: messages.slice(0, -1), ...rest, stack: last }
    : { messages, ...rest };
}
