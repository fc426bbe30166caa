import { EventEmitter } from "node:events";
import type { DragonLogger } from "../../logger/logger.js";
import { refuseValue } from "../../system/refusal.js";
import { type Adapted, adaptedLogger } from "../adapted-logger.js";
import type { PinoLevels } from "../level-types.js";
import { requestIdPaths } from "../request-id.js";
import { type LineFacts, LineReader } from "./line-reader.js";
import { type PinoOptions, READING_KEYS } from "./options.js";

type Reading = Pick<PinoOptions, (typeof READING_KEYS)[number]>;

/** With this, pino says of each line what it knows beside it. https://github.com/pinojs/pino/blob/main/docs/api.md#metadata */
const METADATA = Symbol.for("pino.metadata");

/**
 * Where pino writes to: `pino(options, destination({ service: "api" }))`. A call of the logger that has returned is in the journal:
 * it is written there in the thread that calls, with no stream or thread in between.
 *
 * Has what pino and its friends use of their own destinations: `write`, `flush`, `flushSync`, `end`, `reopen`, events.
 */
export class PinoDestination extends EventEmitter {
  /** For the journal, `stats()` and further records. */
  readonly logger: DragonLogger;
  readonly [METADATA] = true;
  /** pino tells a destination from its options by this. */
  readonly writable = true;
  /** Of the line that pino is about to write, set by pino. */
  lastLevel: unknown;
  /** As `lastLevel`, and not read. */
  lastTime: unknown;
  /** As `lastLevel`, and not read. */
  lastMsg: unknown;
  /** As `lastLevel`, and let go of when the line is written. */
  lastObj: unknown;
  /** As `lastLevel`: the logger, whose levels may be its own. */
  lastLogger: { readonly levels?: PinoLevels } | undefined;
  readonly #adapted: Adapted<Reading>;
  #reader: LineReader;
  #levels: PinoLevels | undefined;

  constructor(options: PinoOptions, source = "destination()") {
    super();
    this.#adapted = adaptedLogger<Reading>(options, READING_KEYS, source);
    this.logger = this.#adapted.logger;
    this.#reader = this.#newReader(undefined, source);
    this.on("message", (message) => this.#configure(message));
    // As pino's own, for those who wait until it is open.
    process.nextTick(() => this.emit("ready"));
  }

  /** Records one line of JSON. Never throws. */
  write(line: string): boolean {
    const level = this.lastLevel;
    // What is written by hand comes without a level, and from no logger.
    const levels = level === undefined ? undefined : this.lastLogger?.levels;
    // A line that comes without these must not get those of the last one, whose object may be large.
    this.lastLevel = undefined;
    this.lastObj = undefined;
    const facts = { level, levels: levels ?? this.#levels };
    if (typeof line === "string") this.#reader.read(line, facts);
    else this.#writeOther(line, facts);
    return true;
  }

  /** Bytes are read as a line; what has no text is recorded as the value that it is. */
  #writeOther(value: unknown, facts: LineFacts): void {
    let line: string;
    try {
      line = `${value}`;
    } catch {
      this.logger.log({ data: value });
      return;
    }
    this.#reader.read(line, facts);
  }

  /** Calls back when everything logged so far is on the disk. See `DragonLogger.flush`. */
  flush(callback: (error?: Error) => void = () => {}): void {
    this.logger.flush().then(() => callback(), callback);
  }

  /** Does nothing: what was written is in the journal already, whatever becomes of the process. */
  flushSync(): void {}

  /** Does nothing: a journal is not rotated by others. */
  reopen(): void {}

  /** Closes the logger, unless it was given, and emits `finish` and `close`. */
  end(): void {
    const closed = this.#adapted.isOwn ? this.logger.close() : Promise.resolve();
    void closed.then(() => {
      this.emit("finish");
      this.emit("close");
    });
  }

  /** As `end`. */
  destroy(): void {
    this.end();
  }

  /** For `await using`: closes the logger, unless it was given. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#adapted.isOwn) await this.logger.close();
  }

  /** What pino tells each destination when it is made. */
  #configure(message: unknown): void {
    const { code, config } = (message ?? {}) as {
      code?: unknown;
      config?: { levels?: PinoLevels; messageKey?: unknown };
    };
    if (code !== "PINO_CONFIG" || typeof config !== "object" || config === null) return;
    if (typeof config.levels?.labels === "object") this.#levels = config.levels;
    if (typeof config.messageKey === "string") this.#reader = this.#newReader(config.messageKey, "pino");
  }

  #newReader(messageKey: string | undefined, source: string): LineReader {
    const { requestId, messageKey: given, timeKey = "time" } = this.#adapted.own;
    const message = given ?? messageKey ?? "msg";
    if (!isName(message)) throw refuseValue(`messageKey of ${source}`, message, "a name");
    if (!isName(timeKey)) throw refuseValue(`timeKey of ${source}`, timeKey, "a name");
    return new LineReader(this.#adapted.logger, {
      message,
      time: timeKey,
      requestIds: requestIdPaths(requestId, source),
    });
  }
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/**
 * A destination for `pino(options, destination({ service: "api" }))`; with `{ logger }` one that writes to the journal of a
 * `DragonLogger`.
 *
 * Throws what `new DragonLogger()` throws.
 */
export function destination(options: PinoOptions): PinoDestination {
  return new PinoDestination(options);
}
