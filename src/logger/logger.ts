import { parseOptions } from "../config/parse.js";
import type { Context } from "../context/context.js";
import { readable } from "../context/readable.js";
import { activeContext } from "../context/with-context.js";
import { Bindings } from "../encode/bindings.js";
import { JsonPieces } from "../encode/json-pieces.js";
import type { Head, LineParts } from "../encode/line.js";
import { isError, valueText } from "../encode/text.js";
import { membersOf } from "../encode/wire-record.js";
import type { SpanIds } from "../record/active-span.js";
import { isJustNow, type JsonRecord, LOG_AT, LOG_JSON } from "../record/adapted.js";
import { parseTimestamp } from "../record/time.js";
import { LEVELS, type Level, OTHER_TYPE, typeCodeOf } from "../record/types.js";
import type { Carrier } from "../ship/in-app.js";
import { systemClock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { durationOf } from "../system/units.js";
import { within } from "../system/within.js";
import { Family, openFamily } from "./family.js";
import { type LevelCell, levelIndex } from "./levels.js";
import type { LoggerOptions, LoggerStats, RecordInput } from "./types.js";
import type { Writer } from "./writer.js";

const ERROR = typeCodeOf("ERROR");
/** Of what a child is given, what becomes no metadata. */
const OF_THE_RECORD = ["service", "request_id"];

/**
 * Logs records that outlive the process: a call that has returned is safe from the next instruction on, and has cost
 * about a microsecond. No call here ever throws, except the constructor on options that make no sense.
 *
 * Throws from the constructor: `DRAGONLOG_OPTION_UNKNOWN`, `DRAGONLOG_OPTION_INVALID`. A folder that cannot be used does not
 * throw: see `onTrouble`.
 */
export class DragonLogger {
  readonly #writer: Writer;
  readonly #carrier: Carrier | undefined;
  readonly #service: string;
  readonly #head: Head;
  readonly #bindings: Bindings;
  readonly #requestText: string;
  #level: LevelCell;

  constructor(options: LoggerOptions);
  constructor(options: LoggerOptions | Family) {
    const family = options instanceof Family ? options : openFamily(options);
    this.#writer = family.writer;
    this.#carrier = family.carrier;
    this.#service = family.service;
    this.#head = family.writer.headOf(family.service);
    this.#level = family.level;
    this.#bindings = family.bindings;
    this.#requestText = family.requestText;
  }

  /** Logs any value as TRACE, with metadata. */
  trace(data: unknown, metadata?: object): void {
    if (this.#level.lowest <= 0) this.#write(0, data, metadata);
  }

  /** Logs any value as DEBUG, with metadata. */
  debug(data: unknown, metadata?: object): void {
    if (this.#level.lowest <= 1) this.#write(1, data, metadata);
  }

  /** Logs any value as INFO, with metadata. */
  info(data: unknown, metadata?: object): void {
    if (this.#level.lowest <= 2) this.#write(2, data, metadata);
  }

  /** Logs any value as WARN, with metadata. */
  warn(data: unknown, metadata?: object): void {
    if (this.#level.lowest <= 3) this.#write(3, data, metadata);
  }

  /** Logs any value as ERROR, with metadata. */
  error(data: unknown, metadata?: object): void {
    if (this.#level.lowest <= 4) this.#write(4, data, metadata);
  }

  /** Logs any value as FATAL, with metadata. */
  fatal(data: unknown, metadata?: object): void {
    if (this.#level.lowest <= 5) this.#write(5, data, metadata);
  }

  /**
   * Logs one record. Names that are none of a record's are kept in its metadata; anything but an object is the data of
   * an INFO record.
   */
  log(record: RecordInput): void {
    try {
      this.#log(record);
    } catch (error) {
      this.#unencodable(OTHER_TYPE, error);
    }
  }

  /** @internal For adapters. */
  [LOG_AT](record: RecordInput, atMs: number | undefined, span?: SpanIds | null): void {
    try {
      this.#log(record, atMs, span);
    } catch (error) {
      this.#unencodable(OTHER_TYPE, error);
    }
  }

  /** @internal For adapters. */
  [LOG_JSON](record: JsonRecord): boolean {
    const { typeCode, bytes, view, data, request, members, memberPieces } = record;
    try {
      const context = activeContext();
      // Secrets, and names that stand in both, are found in values only.
      if (this.#writer.redacting !== undefined || !this.#bindingsIn(context).isEmpty) {
        return false;
      }
      if (typeCode < this.#level.lowest) {
        return true;
      }
      const isData = data.length === 0;
      const pieces = new JsonPieces(bytes, view, members, memberPieces, isData);
      const parts: LineParts = {
        data: isData ? pieces : new JsonPieces(bytes, view, data, 1, false),
        typeCode,
        typeText: record.typeText,
        requestText: request === "" ? this.#requestTextIn(context) : request,
        bindings: isData ? Bindings.NONE : pieces,
        metadata: undefined,
      };
      this.#writeAt(this.#head, parts, undefined, record.atMs);
    } catch (error) {
      this.#unencodable(typeCode, error);
    }
    return true;
  }

  /**
   * A logger that adds `bindings` to the metadata of every record; `service` and `request_id` among them become the
   * record's own. It shares the journal, and starts with this logger's level.
   */
  child(bindings: Readonly<Record<string, unknown>>): DragonLogger {
    try {
      return this.#childWith(bindings ?? {});
    } catch {
      // A getter that throws must not end the application; what can be read is kept.
      try {
        return this.#childWith(readable(bindings));
      } catch {
        return this.#childWith({ bindings });
      }
    }
  }

  /**
   * The lowest level that is recorded; one that `dragonlog level` has set for the service counts before the logger's own. Setting it to anything but a level throws `DRAGONLOG_OPTION_INVALID`.
   */
  get level(): Level {
    return LEVELS[this.#level.lowest]!.toLowerCase() as Level;
  }

  set level(level: Level) {
    const parsed = parseOptions("logger", { service: this.#service, level }, "DragonLogger.level");
    this.#level = this.#writer.levels.cellOf(this.#service, levelIndex(parsed.level));
  }

  /** Whether a call of this level is recorded now. */
  isLevelEnabled(level: Level): boolean {
    return levelIndex(level) >= this.#level.lowest;
  }

  /**
   * Resolves with true when everything logged so far is on the disk, and, for a logger that ships by itself or by way of a store,
   * delivered. Resolves with false when that has not come to pass after `deadline`, in milliseconds or as a duration such as
   * `5s`, or at once where it cannot: while the cloud is away or a permission is missing, and the next try comes later. What is left
   * stays in the journal and goes as soon as it can. What the destination has refused for good, and what is a dead letter since,
   * does not count as left. Without a deadline delivery has `drainDeadline`. Any shipper on this machine sees records without it.
   *
   * With a store and without a journal (`journal: false`) it resolves when the store has taken everything logged so far: what a
   * shipper makes of it is then the store's matter.
   *
   * Rejects with `DRAGONLOG_JOURNAL_UNAVAILABLE` when the journal cannot be written, and with `DRAGONLOG_OPTION_INVALID`.
   */
  async flush(deadline?: number | string): Promise<boolean> {
    if (deadline === undefined) {
      return this.#flushed();
    }
    const ms = durationOf(deadline, "the deadline of flush()");
    return (await within(systemClock, ms, this.#flushed(ms))) ?? false;
  }

  async #flushed(ms?: number): Promise<boolean> {
    await this.#writer.journal.flush();
    return (await this.#carrier?.worker.flush(ms)) ?? true;
  }

  /**
   * Flushes and ends the writer, for its children too; a logger that ships by itself goes on shipping for at most
   * `drainDeadline`, and one with a store goes on until everything is in there, as long at most. The rest is left to the next
   * process; without a journal it is lost, counted and told. What is logged afterwards is dropped, and counted. Never
   * rejects: what could not be made safe is told to `onTrouble`.
   */
  async close(): Promise<void> {
    this.#writer.limiter?.close();
    await this.#writer.journal.close();
    await this.#carrier?.worker.release(this.#writer);
    this.#writer.journal.settle();
  }

  /** What this writer, with all its children, has done so far. */
  stats(): LoggerStats {
    const { journal, counts, time, limiter } = this.#writer;
    return {
      writer: this.#writer.id,
      logged: journal.nextSeq,
      dropped: { ...journal.drops.totals },
      suppressed: { limit: 0, sample: 0, ...limiter?.totals },
      recordsShortened: counts.recordsShortened,
      valuesShortened: counts.shortened,
      unencodable: counts.unencodable,
      timeHeldBack: time.heldBack,
      state: journal.state,
      journalBytes: journal.bytes,
    };
  }

  /** For `using`: closes, and waits for nothing. */
  [Symbol.dispose](): void {
    const { journal, limiter } = this.#writer;
    limiter?.close();
    journal.closeNow();
    void this.#carrier?.worker.release(this.#writer).then(() => journal.settle());
  }

  /** For `await using`: `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #childWith(bindings: Readonly<Record<string, unknown>>): DragonLogger {
    const { service, request_id } = bindings;
    const { redacting } = this.#writer;
    const ofService =
      service === undefined || service === null ? this.#service : this.#shown(String(service));
    const family = new Family(
      this.#writer,
      this.#carrier,
      ofService,
      ofService === this.#service ? this.#level : this.#writer.levels.cellOf(ofService, this.#level.own),
      this.#bindings.with(redacting?.bindings(bindings) ?? bindings, OF_THE_RECORD, this.#writer.counts),
      request_id === undefined || request_id === null ? this.#requestText : this.#requestTextOf(request_id),
    );
    return loggerOf(family);
  }

  #write(typeCode: number, data: unknown, metadata: object | undefined): void {
    const context = activeContext();
    try {
      this.#writer.take(
        this.#head,
        {
          data,
          typeCode,
          typeText: undefined,
          requestText: this.#requestTextIn(context),
          bindings: this.#bindingsIn(context),
          metadata,
        },
        undefined,
      );
    } catch (error) {
      this.#unencodable(typeCode, error);
    }
  }

  #log(record: RecordInput, atMs?: number, span?: SpanIds | null): void {
    if (typeof record !== "object" || record === null || isError(record) || Array.isArray(record)) {
      this.info(record);
      return;
    }
    const { timestamp, service, data, type, request_id } = record;
    const typeText = String(type ?? "INFO");
    const typeCode = typeCodeOf(typeText);
    if (typeCode < this.#level.lowest) {
      return;
    }
    const given = timestamp === undefined || timestamp === null ? undefined : parseTimestamp(timestamp);
    const head =
      service === undefined || service === null
        ? this.#head
        : this.#writer.headOf(this.#shown(String(service)));
    const context = activeContext();
    const parts: LineParts = {
      data,
      typeCode,
      typeText: typeCode === OTHER_TYPE ? typeText : undefined,
      requestText:
        request_id === undefined || request_id === null
          ? this.#requestTextIn(context)
          : this.#requestTextOf(request_id),
      bindings: this.#bindingsIn(context),
      metadata: membersOf(record, given),
    };
    this.#writeAt(head, parts, given, atMs, span);
  }

  #writeAt(
    head: Head,
    parts: LineParts,
    given: number | undefined,
    atMs: number | undefined,
    span?: SpanIds | null,
  ): void {
    const writer = this.#writer;
    if (atMs === undefined || parseTimestamp(atMs) === undefined) {
      writer.take(head, parts, given, undefined, span);
    } else if (atMs === writer.time.ms || isJustNow(atMs, writer.clock.now())) {
      writer.take(head, parts, undefined, atMs, span);
    } else {
      writer.take(head, parts, atMs, undefined, span);
    }
  }

  #requestTextOf(requestId: unknown): string {
    const { redacting, counts } = this.#writer;
    const shown = redacting === undefined ? requestId : redacting.requestId(requestId);
    return shown === undefined ? "" : valueText(shown, counts);
  }

  /** A text as it may be stored. */
  #shown(text: string): string {
    return this.#writer.redacting?.text(text) ?? text;
  }

  #requestTextIn(context: Context | undefined): string {
    return context === undefined || this.#requestText !== ""
      ? this.#requestText
      : context.textFor(this.#writer).requestText;
  }

  #bindingsIn(context: Context | undefined): Bindings {
    return context === undefined ? this.#bindings : context.textFor(this.#writer).bindingsFor(this.#bindings);
  }

  /** The last resort: a readable record in place of one that cannot be put into text. */
  #unencodable(typeCode: number, error: unknown): void {
    const writer = this.#writer;
    try {
      writer.counts.unencodable++;
      const parts: LineParts = {
        data: this.#shown(`[Unencodable: ${messageOf(error)}]`),
        typeCode: ERROR,
        typeText: undefined,
        requestText: this.#requestTextIn(activeContext()),
        bindings: Bindings.NONE,
        metadata: undefined,
      };
      writer.write(this.#head, parts, undefined);
    } catch {
      writer.journal.drop("defect", typeCode);
    }
  }
}

/** A logger of a family that exists. */
export function loggerOf(family: Family): DragonLogger {
  return new DragonLogger(family as unknown as LoggerOptions);
}
