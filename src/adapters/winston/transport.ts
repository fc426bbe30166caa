/**
 * A transport of winston that has a record in the journal when the call returns.
 *
 * winston pipes: a call goes through the logger, which is a stream, to its transports, which are streams. Where one of those is slow,
 * the logger holds back for all of them, and so it does in the turn of the event loop in which it was made; what is held ends with
 * the process. So this transport takes each record where the logger passes it on (`push`), before any buffer, and makes the logger
 * pass on at once by a high-water mark that is never reached: what waits for a slow transport then waits behind its format in
 * place of before it, as much as ever. The same record that comes through the pipe later is known, and left alone.
 */
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { DragonLogger } from "../../logger/logger.js";
import { type Adapted, type AdapterOptions, adaptedLogger } from "../adapted-logger.js";
import { logObject } from "../log-object.js";
import { type MemberPath, type RequestIdOption, requestIdPaths } from "../request-id.js";

const SOURCE = "new DragonlogTransport()";
/** https://github.com/winstonjs/triple-beam: the level as it was before a format has coloured it. */
const LEVEL = Symbol.for("level");

interface Info {
  readonly level: string;
  readonly exception?: boolean;
  readonly rejection?: boolean;
  readonly [LEVEL]?: string;
  readonly [name: string]: unknown;
}

/** As much of a format as a transport uses. */
interface Format {
  // biome-ignore lint/suspicious/noExplicitAny: what a format takes and makes is its own matter.
  transform(info: any, options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: so are its options.
  options?: any;
}

/** As much of winston's logger as a transport uses. */
interface Source {
  readonly level?: string;
  readonly levels?: Readonly<Record<string, number>>;
  readonly exitOnError?: unknown;
  push?: (info: unknown, ...rest: unknown[]) => boolean;
  readonly _readableState?: { highWaterMark: number; readonly buffer?: { readonly head?: Waiting | null } };
}

/** One of the records that a logger has made and not yet piped. */
interface Waiting {
  readonly data: unknown;
  readonly next: Waiting | null;
}

/** What transports of winston take, and where the request id stands. `level` is winston's. */
interface Own {
  /** The lowest of winston's levels that is recorded. Default: the logger's. */
  readonly level?: string;
  /** Records nothing. Default false. */
  readonly silent?: boolean;
  /** Records what nothing catches, as winston's `exceptions` does. Default false. */
  readonly handleExceptions?: boolean;
  /** Records promises that are rejected and not caught, as winston's `rejections` does. Default false. */
  readonly handleRejections?: boolean;
  /** A format of this transport's own. Default: what the logger's has made. */
  readonly format?: Format;
  /** Where the request id stands in a record. Default `["request_id", "reqId", "req.id"]`. */
  readonly requestId?: RequestIdOption;
}

/** The options of `new DragonLogger()` but `level`, or `{ logger }`; and those of transports of winston. */
export type WinstonOptions = Own &
  (
    | Omit<Exclude<AdapterOptions, { logger: DragonLogger }>, "level">
    | Pick<Extract<AdapterOptions, { logger: DragonLogger }>, "logger">
  );

/** The transports that take from a logger, in the order in which they were added. */
const followers = new WeakMap<Source, Set<DragonlogTransport>>();

const OWN_KEYS = ["level", "silent", "handleExceptions", "handleRejections", "format", "requestId"] as const;

/**
 * For `createLogger({ transports: [new DragonlogTransport({ service: "api" })] })`. A call of the logger that has returned is in the
 * journal.
 *
 * Throws what `new DragonLogger()` throws.
 */
export class DragonlogTransport extends Writable {
  /** The logger whose journal is written to: the one that was given, or its own. */
  readonly logger: DragonLogger;
  /** As in the options; may be set at any time. */
  level?: string;
  /** As in the options; may be set at any time. */
  silent?: boolean;
  /** As in the options. */
  handleExceptions?: boolean;
  /** As in the options. */
  handleRejections?: boolean;
  /** As in the options. */
  format?: Format;
  /** Those of the logger that it was added to. */
  levels?: Readonly<Record<string, number>>;
  /** The logger that it was added to. */
  parent?: Source | null;
  readonly #adapted: Adapted<Own>;
  readonly #requestIds: readonly MemberPath[];
  /** What was taken from a logger, and how often; as often it may come through a pipe. */
  readonly #taken = new WeakMap<object, number>();

  constructor(options: WinstonOptions) {
    super({ objectMode: true });
    this.#adapted = adaptedLogger<Own>(options as AdapterOptions & Own, OWN_KEYS, SOURCE);
    const { requestId, ...own } = this.#adapted.own;
    this.logger = this.#adapted.logger;
    this.#requestIds = requestIdPaths(requestId, SOURCE);
    Object.assign(this, own);
    this.on("pipe", (source) => this.#follow(source as unknown as Source));
    this.on("unpipe", (source) => this.#leave(source as unknown as Source));
  }

  /** Records what a logger has made of a call, as it is. */
  log(info: Info, next: () => void = () => {}): void {
    const level = `${info[LEVEL] ?? info.level}`;
    logObject(this.#adapted.logger, info, {
      type: level.toUpperCase(),
      message: "message",
      time: "timestamp",
      said: isColoured(info.level, level) ? ["level"] : [],
      requestIds: this.#requestIds,
    });
    if (this.listenerCount("logged") > 0) setImmediate(() => this.emit("logged", info));
    if (info.exception === true || info.rejection === true) this.#letExit();
    next();
  }

  /** @internal What the logger pipes. */
  override _write(info: Info, _encoding: string, next: (error?: Error | null) => void): void {
    const taken = this.#taken.get(info) ?? 0;
    try {
      if (taken === 0) this.#take(info);
      else this.#taken.set(info, taken - 1);
    } finally {
      next();
    }
  }

  /** @internal When the logger ends. */
  override _final(done: (error?: Error | null) => void): void {
    const closed = this.#adapted.isOwn ? this.logger.close() : Promise.resolve();
    void closed.then(() => done());
  }

  /**
   * After what it has caught, winston ends the process when its transports have finished, or after three seconds. One that a logger
   * pipes to must not say so where the process goes on: the pipe would end.
   */
  #letExit(): void {
    if (!this.parent || this.parent.exitOnError === true) setImmediate(() => this.emit("finish"));
  }

  #follow(source: Source): void {
    // Of several the first, as for winston's own.
    this.parent ??= source;
    if (this.parent === source && source.levels !== undefined) this.levels = source.levels;
    this.#catchUp(source);
    const others = followers.get(source);
    if (others === undefined) DragonlogTransport.#hook(source, this);
    else others.add(this);
  }

  #leave(source: Source): void {
    followers.get(source)?.delete(this);
    if (this.parent === source) this.parent = null;
  }

  /** What was logged before the transport was added, and waits for the pipe, comes before what is logged from now on. */
  #catchUp(source: Source): void {
    const known = new Map<object, number>();
    for (let waiting = source._readableState?.buffer?.head; waiting; waiting = waiting.next) {
      const info = waiting.data as Info;
      const taken = known.get(info) ?? this.#taken.get(info) ?? 0;
      known.set(info, Math.max(0, taken - 1));
      if (taken === 0) this.#takeEarly(info);
    }
  }

  /** Before it comes through the pipe. */
  #takeEarly(info: Info): void {
    this.#taken.set(info, (this.#taken.get(info) ?? 0) + 1);
    this.#take(info);
  }

  /** Once for each logger: transports come, go and come again. */
  static #hook(source: Source, first: DragonlogTransport): void {
    const { push, _readableState: state } = source;
    if (typeof push !== "function" || state === undefined) return;
    const transports = new Set([first]);
    followers.set(source, transports);
    state.highWaterMark = Number.POSITIVE_INFINITY;
    source.push = (info, ...rest) => {
      const thrown: unknown[] = [];
      if (typeof info === "object" && info !== null) {
        for (const transport of transports) {
          try {
            transport.#takeEarly(info as Info);
          } catch (error) {
            thrown.push(error);
          }
        }
      }
      // The other transports get it whatever the format of one does.
      const isMoreWanted = push.call(source, info, ...rest);
      if (thrown.length > 0) throw thrown[0];
      return isMoreWanted;
    };
  }

  /** What winston's own transports keep and leave out. Throws what the transport's format throws, as they do. */
  #take(info: Info): void {
    if (this.silent || (info.exception === true && !this.handleExceptions)) return;
    const level = this.level || this.parent?.level;
    const { levels } = this;
    if (level && levels && !(levels[level]! >= levels[info[LEVEL] ?? info.level]!)) return;
    const shown: unknown = this.format ? this.format.transform({ ...info }, this.format.options) : info;
    if (typeof shown === "object" && shown !== null) this.log(shown as Info);
  }
}

/** True where a format has done no more to a level than colour it. */
function isColoured(shown: unknown, level: string): boolean {
  return shown === level || stripVTControlCharacters(`${shown}`) === level;
}
