import type { ParsedOptions } from "../config/options.js";
import { parseOptions } from "../config/parse.js";
import { dataText, encodeDirect, type Head } from "../encode/line.js";
import { stringText } from "../encode/plain.js";
import { membersText, valueText } from "../encode/text.js";
import { ANY_SHIPPER } from "../journal/folder.js";
import { parseTimestamp } from "../record/time.js";
import { LEVELS, type Level, OTHER_TYPE, typeCodeOf } from "../record/types.js";
import { type InAppShipper, inAppShipper } from "../ship/in-app.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { Writer } from "./writer.js";

/** What `log()` takes: a record with its wire names. Every part but `data` may be left out. */
export interface RecordInput {
  /** When it happened, if not now: a Date, milliseconds since 1970, or ISO 8601 (UTC where it names no zone). */
  timestamp?: Date | number | string;
  /** Default: the logger's service. */
  service?: string;
  /** Any value. */
  data?: unknown;
  /** Any text; the six levels in capitals obey the logger's level. Default `INFO`. */
  type?: string;
  request_id?: string;
  metadata?: Readonly<Record<string, unknown>>;
}

export interface LoggerOptions {
  /** The service that the records belong to. Required. */
  service: string;
  /** The lowest level that is recorded. Default `info`. */
  level?: Level;
  /** The folder that holds all journals. Default: the user's state folder, `~/.local/state/dragonlog/journal`. */
  journalDir?: string;
  /** The same as a place: `journal:<dir>`. */
  buffer?: string;
  /** Bytes of one journal file, or a size such as `8MiB`, the default; 64 KiB to 1 GiB. */
  segmentBytes?: number | string;
  /** Bytes that the journal may take, or a size. Default `1GiB`; at least two segments. */
  journalBytesMax?: number | string;
  /** What gives way when the journal is full. Default `drop-newest`. */
  whenFull?: "drop-newest" | "drop-oldest";
  /** Milliseconds between two writes of the journal to the disk: what a power cut can take. Default 1000; 10 to 60,000. */
  syncMs?: number;
  /**
   * Ships from a worker thread of this process: `cloudwatch`, `directory:<dir>` or `stdout`. What a crash leaves behind is
   * delivered by the next process with the same destination, or by any `dragonlog ship`. Default: no shipping here.
   */
  to?: string;
  /** With `to`: see the options of `dragonlog ship` for these. */
  region?: string;
  endpoint?: string;
  group?: string;
  stream?: string;
  retentionDays?: number;
  logClass?: "STANDARD" | "INFREQUENT_ACCESS";
  interval?: number | string;
  flushRecords?: number;
  flushBytes?: number | string;
  inFlightMax?: number;
  requestTimeout?: number | string;
  drainDeadline?: number | string;
  /**
   * Told of trouble that logging survives: no access to the folder, a full disk, files that cannot be mapped. Each at most
   * once a minute. Default: `process.emitWarning`.
   */
  onTrouble?: (error: DragonlogError) => void;
}

export interface LoggerStats {
  /** The first part of the id of every record, `<writer>-<seq>`. */
  readonly writer: string;
  /** Records that are, or were, in the journal. */
  readonly logged: number;
  /** Records that were dropped, by cause. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Records that were cut because they are larger than half of the journal. */
  readonly recordsShortened: number;
  /** Values that were cut for their depth. */
  readonly valuesShortened: number;
  /** Records whose data could not be put into text at all. */
  readonly unencodable: number;
  /** Records stamped with the last time because the machine's clock was set back. */
  readonly timeHeldBack: number;
  /** `ram`: what is logged now does not outlive the process, because the folder cannot be used. */
  readonly state: "safe" | "ram" | "closed";
  readonly journalBytes: number;
}

const SOURCE = "new DragonLogger()";
const TYPE_TEXTS = LEVELS.map((level) => `,"type":"${level}"`);
const KNOWN_KEYS = new Set(["timestamp", "service", "data", "type", "request_id", "metadata"]);

/** What a child takes over from its logger. */
class Family {
  constructor(
    readonly writer: Writer,
    readonly shipper: InAppShipper | undefined,
    readonly service: string,
    readonly level: number,
    readonly bindings: Readonly<Record<string, unknown>>,
    readonly requestText: string,
  ) {}
}

/**
 * Logs records that outlive the process: a call that has returned is safe from the next instruction on, and has cost
 * about a microsecond. No call here ever throws, except the constructor on options that make no sense.
 *
 * Throws from the constructor: `DRAGONLOG_OPTION_UNKNOWN`, `DRAGONLOG_OPTION_INVALID`. A folder that cannot be used does not
 * throw: see `onTrouble`.
 */
export class DragonLogger {
  readonly #writer: Writer;
  readonly #shipper: InAppShipper | undefined;
  readonly #service: string;
  readonly #head: Head;
  readonly #bindings: Readonly<Record<string, unknown>>;
  /** The bindings as members, with a comma after them; empty for none. */
  readonly #bindingsText: string;
  readonly #requestText: string;
  #level: number;

  constructor(options: LoggerOptions);
  constructor(options: LoggerOptions | Family) {
    const family = options instanceof Family ? options : openFamily(options);
    this.#writer = family.writer;
    this.#shipper = family.shipper;
    this.#service = family.service;
    this.#head = family.writer.headOf(family.service);
    this.#level = family.level;
    this.#bindings = family.bindings;
    this.#requestText = family.requestText;
    const members = membersText(family.bindings, family.writer.counts);
    this.#bindingsText = members === "" ? "" : `${members},`;
  }

  trace(data: unknown, metadata?: object): void {
    if (this.#level <= 0) this.#write(0, data, metadata);
  }

  debug(data: unknown, metadata?: object): void {
    if (this.#level <= 1) this.#write(1, data, metadata);
  }

  info(data: unknown, metadata?: object): void {
    if (this.#level <= 2) this.#write(2, data, metadata);
  }

  warn(data: unknown, metadata?: object): void {
    if (this.#level <= 3) this.#write(3, data, metadata);
  }

  error(data: unknown, metadata?: object): void {
    if (this.#level <= 4) this.#write(4, data, metadata);
  }

  fatal(data: unknown, metadata?: object): void {
    if (this.#level <= 5) this.#write(5, data, metadata);
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

  /**
   * A logger that adds `bindings` to the metadata of every record; `service` and `request_id` among them become the
   * record's own. It shares the journal, and starts with this logger's level.
   */
  child(bindings: Readonly<Record<string, unknown>>): DragonLogger {
    const { service, request_id, ...others } = bindings ?? {};
    const family = new Family(
      this.#writer,
      this.#shipper,
      service === undefined ? this.#service : textOf(service),
      this.#level,
      { ...this.#bindings, ...others },
      request_id === undefined ? this.#requestText : requestTextOf(request_id, this.#writer),
    );
    return new DragonLogger(family as unknown as LoggerOptions);
  }

  /** The lowest level that is recorded. Setting it to anything but a level throws `DRAGONLOG_OPTION_INVALID`. */
  get level(): Level {
    return LEVELS[this.#level]!.toLowerCase() as Level;
  }

  set level(level: Level) {
    const parsed = parseOptions("logger", { service: this.#service, level }, "DragonLogger.level");
    this.#level = levelIndex(parsed.level);
  }

  isLevelEnabled(level: Level): boolean {
    return levelIndex(level) >= this.#level;
  }

  /**
   * Resolves when everything logged so far is on the disk, and, for a logger that ships by itself, delivered. Any shipper
   * on this machine sees records without it.
   */
  async flush(): Promise<void> {
    await this.#writer.journal.flush();
    await this.#shipper?.flush();
  }

  /**
   * Flushes and ends the writer, for its children too; a logger that ships by itself goes on shipping for at most
   * `drainDeadline`, and leaves the rest to the next process. What is logged afterwards is dropped, and counted.
   */
  async close(): Promise<void> {
    await this.#writer.journal.close();
    await this.#shipper?.release(this.#writer.logged);
  }

  stats(): LoggerStats {
    const { journal, counts, time } = this.#writer;
    return {
      writer: this.#writer.id,
      logged: journal.nextSeq,
      dropped: { ...journal.drops.totals },
      recordsShortened: counts.recordsShortened,
      valuesShortened: counts.shortened,
      unencodable: counts.unencodable,
      timeHeldBack: time.heldBack,
      state: journal.state,
      journalBytes: journal.bytes,
    };
  }

  [Symbol.dispose](): void {
    this.#writer.journal.closeNow();
    void this.#shipper?.release(this.#writer.logged);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #write(typeCode: number, data: unknown, metadata: object | undefined): void {
    try {
      const attributes = TYPE_TEXTS[typeCode]! + this.#requestText + this.#metadataText(metadata);
      this.#publish(this.#head, typeCode, data, attributes, undefined);
    } catch (error) {
      this.#unencodable(typeCode, error);
    }
  }

  #log(record: RecordInput): void {
    if (typeof record !== "object" || record === null || record instanceof Error || Array.isArray(record)) {
      this.info(record);
      return;
    }
    const { timestamp, service, data, type = "INFO", request_id, metadata } = record;
    const typeText = textOf(type);
    const typeCode = typeCodeOf(typeText);
    if (typeCode < this.#level) {
      return;
    }
    const given = timestamp === undefined || timestamp === null ? undefined : parseTimestamp(timestamp);
    const unread = timestamp !== undefined && timestamp !== null && given === undefined;
    const rest = unread ? { ...othersOf(record), timestamp_given: timestamp } : othersOf(record);
    const members =
      rest === undefined ? metadata : { ...rest, ...(isObject(metadata) ? metadata : { metadata }) };
    const attributes =
      (typeCode === OTHER_TYPE ? `,"type":${stringText(typeText)}` : TYPE_TEXTS[typeCode]!) +
      (request_id === undefined ? this.#requestText : requestTextOf(request_id, this.#writer)) +
      this.#metadataText(members);
    const head = service === undefined ? this.#head : this.#writer.headOf(textOf(service));
    this.#publish(head, typeCode, data, attributes, given);
  }

  #publish(head: Head, typeCode: number, data: unknown, attributes: string, given: number | undefined): void {
    const writer = this.#writer;
    if (encodeDirect(data)) {
      writer.write(head, typeCode, data, "", attributes, given);
    } else {
      writer.write(head, typeCode, undefined, dataText(data, writer.counts), attributes, given);
    }
  }

  #metadataText(metadata: object | undefined): string {
    const own = this.#bindingsText;
    if (metadata === undefined || metadata === null) {
      return own === "" ? "" : `,"metadata":{${own.slice(0, -1)}}`;
    }
    const counts = this.#writer.counts;
    if (metadata instanceof Error) {
      return `,"metadata":{${own}"error":${valueText(metadata, counts)}}`;
    }
    if (own !== "") {
      for (const key in this.#bindings) {
        if (Object.hasOwn(metadata, key)) {
          // What is said at the call counts; JSON with the name twice would be read differently by different readers.
          return `,"metadata":{${membersText({ ...this.#bindings, ...metadata }, counts)}}`;
        }
      }
    }
    const members = membersText(metadata, counts);
    if (members === "") {
      return own === "" ? "" : `,"metadata":{${own.slice(0, -1)}}`;
    }
    return `,"metadata":{${own}${members}}`;
  }

  /** The last resort: a readable record in place of one that cannot be put into text. */
  #unencodable(typeCode: number, error: unknown): void {
    const writer = this.#writer;
    try {
      writer.counts.unencodable++;
      const text = stringText(`[Unencodable: ${messageOf(error)}]`);
      writer.write(this.#head, typeCode, undefined, text, `,"type":"ERROR"${this.#requestText}`, undefined);
    } catch {
      writer.journal.drop("defect", typeCode);
    }
  }
}

const SHIPPING_KEYS = [
  "to",
  "region",
  "endpoint",
  "group",
  "stream",
  "retentionDays",
  "logClass",
  "interval",
  "flushRecords",
  "flushBytes",
  "inFlightMax",
  "requestTimeout",
  "drainDeadline",
] as const;

function openFamily(options: LoggerOptions): Family {
  const { onTrouble = warn, ...rest } = options ?? {};
  const shipping: Record<string, unknown> = {};
  const writing: Record<string, unknown> = { ...rest };
  for (const key of SHIPPING_KEYS) {
    if (writing[key] !== undefined) {
      shipping[key] = writing[key];
    }
    delete writing[key];
  }
  const parsed: ParsedOptions<"logger"> = parseOptions("logger", writing, SOURCE);
  const shipper = openInAppShipper(shipping, parsed.buffer.dir, onTrouble);
  const writer = new Writer({
    root: parsed.buffer.dir,
    service: parsed.service,
    segmentBytes: parsed.segmentBytes,
    journalBytesMax: parsed.journalBytesMax,
    whenFull: parsed.whenFull,
    syncMs: parsed.syncMs,
    mapping: "auto",
    shipper: shipper?.name ?? ANY_SHIPPER,
    ...(shipper === undefined ? {} : { leaseHolder: shipper.holder }),
    clock: systemClock,
    onTrouble,
  });
  shipper?.use(writer.logged);
  return new Family(writer, shipper, parsed.service, levelIndex(parsed.level), {}, "");
}

function openInAppShipper(
  shipping: Record<string, unknown>,
  dir: string,
  onTrouble: (error: DragonlogError) => void,
): InAppShipper | undefined {
  const [first] = Object.keys(shipping);
  if (first === undefined) {
    return undefined;
  }
  if (shipping.to === undefined) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      `${first} of ${SOURCE} means nothing without to`,
      'Say where to ship, such as to: "cloudwatch", or set it where `dragonlog ship` runs.',
    );
  }
  return inAppShipper(parseOptions("ship", { ...shipping, buffer: `journal:${dir}` }, SOURCE), onTrouble);
}

function warn(error: DragonlogError): void {
  process.emitWarning(error.message, { type: "DragonlogWarning", code: error.code, detail: error.hint });
}

function levelIndex(level: Level): number {
  return LEVELS.indexOf(level.toUpperCase() as (typeof LEVELS)[number]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}

function requestTextOf(requestId: unknown, writer: Writer): string {
  return requestId === undefined || requestId === null
    ? ""
    : `,"request_id":${valueText(requestId, writer.counts)}`;
}

/** Names of the caller's that are none of a record's. */
function othersOf(record: object): Record<string, unknown> | undefined {
  let others: Record<string, unknown> | undefined;
  for (const key of Object.keys(record)) {
    if (!KNOWN_KEYS.has(key)) {
      others ??= {};
      others[key] = (record as Record<string, unknown>)[key];
    }
  }
  return others;
}
