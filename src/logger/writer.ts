/**
 * One logger's life in one process or thread: the journal, the time and the counts that a logger and its children share.
 * Here a record is finished: it gets its id, its line is placed in the journal, and whatever goes wrong is counted.
 */
import { Bindings } from "../encode/bindings.js";
import { JsonPieces } from "../encode/json-pieces.js";
import { Head, INTERRUPTED, LineEncoder, type LineParts } from "../encode/line.js";
import { Redacting } from "../encode/redacting.js";
import { type EncodeCounts, membersText, valueText } from "../encode/text.js";
import type { DropReport } from "../journal/drops.js";
import { FRAME_HEADER_BYTES } from "../journal/format.js";
import { Journal, type JournalOptions } from "../journal/journal.js";
import { plainStaging, type Staging } from "../journal/segment.js";
import { Limiter, type Suppressed } from "../limit/limiter.js";
import { isAny, type Rates } from "../limit/rates.js";
import { activeSpan, type SpanIds } from "../record/active-span.js";
import { Stamp, WriterTime } from "../record/time.js";
import { LEVELS, typeCodeOf } from "../record/types.js";
import type { Redactor } from "../redact/redactor.js";
import type { WorkerShare, WorkerUser } from "../system/background-worker.js";
import type { Clock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { randomId } from "../system/random.js";
import { Levels } from "./levels.js";
import { WriterFacts } from "./writer-facts.js";

const WRITER_ID_CHARS = 12;
/** Services beyond this many get their head made anew for each record: slower, and hostile names cannot grow the map. */
const HEADS_MAX = 1000;
/** What is left of the text of a record that is larger than the journal ever takes. */
const SHORTENED_CHARS = 65_536;
/** Of the room for a line, the share that is left for its service where the record is shortened. */
const SHORTENED_HEAD_SHARE_MAX = 1 / 8;
/** JSON takes up to six bytes for a character of the kept text; two more leave room for what stands around it. */
const SHORTENED_BYTES_PER_CHAR = 8;

/** The first trial of how much a line takes, and the last: more than a text can be, escaped. */
const TRIAL_BYTES_START = 1 << 16;
const TRIAL_BYTES_MAX = 1 << 30;
/** More than nearly every report of what was held back takes. */
const REPORT_BYTES = 4096;
/** For the next trial: a full journal makes one for each record that is dropped. */
let trialMemory: Staging | undefined;

export interface WriterOptions extends Omit<JournalOptions, "writer" | "reportDrops" | "aside"> {
  readonly clock: Clock;
  /** The ids of the active span are added to each record. */
  readonly traceContext: boolean;
  /** Undefined where nothing is redacted. */
  readonly redactor?: Redactor;
  readonly limit?: Rates;
  readonly sample?: Rates;
}

export class Writer implements WorkerUser {
  readonly id = randomId(WRITER_ID_CHARS);
  readonly journal: Journal;
  readonly clock: Clock;
  readonly time = new WriterTime();
  readonly counts: EncodeCounts & { recordsShortened: number; unencodable: number } = {
    shortened: 0,
    recordsShortened: 0,
    unencodable: 0,
  };
  /** What goes through it before anything of a record is kept; undefined where nothing is redacted. */
  readonly redacting: Redacting | undefined;
  /** Undefined where everything is let through. */
  readonly limiter: Limiter | undefined;
  readonly levels: Levels;
  readonly #givenStamp = new Stamp();
  readonly #heads = new Map<string, Head>();
  readonly #service: string;
  readonly #traceContext: boolean;
  readonly #lines = new LineEncoder(this.id, this.counts);

  constructor(options: WriterOptions) {
    this.clock = options.clock;
    this.#service = options.service;
    this.#traceContext = options.traceContext;
    this.redacting = options.redactor && new Redacting(options.redactor, this.counts);
    this.levels = new Levels(options.root, (error) => tellLater(options, error));
    this.limiter = isAny(options.limit) || isAny(options.sample) ? this.#openLimiter(options) : undefined;
    this.journal = new Journal({
      ...options,
      writer: this.id,
      reportDrops: (report) => this.#reportDrops(report),
      aside: new WriterFacts(options.service, this.levels, this.limiter),
    });
  }

  /** How many records are, or were, in the journal. */
  readonly logged = (): number => this.journal.nextSeq;

  /** Without a journal: the memory that a forwarder takes the records from. */
  get share(): WorkerShare | undefined {
    return this.journal.share;
  }

  headOf(service: string): Head {
    let head = this.#heads.get(service);
    if (head === undefined) {
      head = new Head(service);
      if (this.#heads.size < HEADS_MAX) {
        this.#heads.set(service, head);
      }
    }
    return head;
  }

  /**
   * `write` for what an application logs: what is too much is held back, and secrets are taken out. The request id and bindings are
   * redacted already, where they were put into text.
   */
  take(
    head: Head,
    parts: LineParts,
    given: number | undefined,
    readMs?: number,
    of?: SpanIds | null,
  ): boolean {
    const { redacting, limiter } = this;
    if (limiter !== undefined && !limiter.admits(head.service, this.#typeOf(parts))) {
      return false;
    }
    return this.write(
      head,
      redacting === undefined ? parts : redactedParts(redacting, parts),
      given,
      readMs,
      of,
    );
  }

  /**
   * Publishes one record. Returns false when it was dropped (and counted). `readMs` is what the clock said, where the caller
   * has read it, and `of` the span that the record is of, or null for none, where that is not the active one.
   */
  write(
    head: Head,
    parts: LineParts,
    given: number | undefined,
    readMs?: number,
    of?: SpanIds | null,
  ): boolean {
    const { journal, time } = this;
    // First of all: a context manager that logs must not do so in the middle of this record.
    const span = of !== undefined ? (of ?? undefined) : this.#traceContext ? activeSpan() : undefined;
    const now = readMs ?? this.clock.now();
    if (time.advance(now)) {
      journal.tick(now);
    }
    let timestamp = time.ms;
    let stamp = time.stamp;
    if (given !== undefined) {
      timestamp = given;
      stamp = this.#givenStamp;
      stamp.set(given);
    }
    const { segment } = journal;
    const at = segment.position + FRAME_HEADER_BYTES;
    const end = this.#lines.write(segment, at, stamp.words, head, parts, journal.nextSeq, span);
    if (end === INTERRUPTED)
      return this.write(head, settled(parts, this.counts), given, undefined, span ?? null);
    if (end < 0 || journal.closed) {
      return this.#writeElsewhere(head, parts, timestamp, stamp, span);
    }
    return journal.publish(end, timestamp, parts.typeCode, head.serviceBytes);
  }

  /** The segment is full, or the record is larger than a segment. */
  #writeElsewhere(
    head: Head,
    parts: LineParts,
    timestamp: number,
    stamp: Stamp,
    span: SpanIds | undefined,
  ): boolean {
    const { journal, time } = this;
    const lineBytes = this.#lineBytes(stamp, head, parts, span);
    if (lineBytes === INTERRUPTED) {
      return this.#writeElsewhere(head, settled(parts, this.counts), timestamp, stamp, span);
    }
    if (lineBytes > journal.lineBytesMax) {
      return this.#writeShortened(head, parts, lineBytes, timestamp);
    }
    const cause = journal.makeRoom(lineBytes);
    if (cause !== undefined) {
      journal.drop(cause, parts.typeCode);
      return false;
    }
    // A report of drops may have moved the writer's time on.
    const stampedMs = stamp === time.stamp ? time.ms : timestamp;
    const { segment } = journal;
    const at = segment.position + FRAME_HEADER_BYTES;
    const end = this.#lines.write(segment, at, stamp.words, head, parts, journal.nextSeq, span);
    if (end === INTERRUPTED)
      return this.write(
        head,
        settled(parts, this.counts),
        stamp === time.stamp ? undefined : timestamp,
        undefined,
        span ?? null,
      );
    if (end < 0) {
      journal.drop("defect", parts.typeCode);
      return false;
    }
    return journal.publish(end, stampedMs, parts.typeCode, head.serviceBytes);
  }

  /** What the line takes, found by writing it where there is room; for one that is beyond all room, what was tried. */
  #lineBytes(stamp: Stamp, head: Head, parts: LineParts, span: SpanIds | undefined): number {
    for (let bytes = TRIAL_BYTES_START; ; bytes *= 4) {
      const staging = (bytes === TRIAL_BYTES_START && trialMemory) || plainStaging(bytes);
      // A value that is asked for its JSON may log meanwhile.
      trialMemory = undefined;
      const end = this.#lines.write(staging, 0, stamp.words, head, parts, Number.MAX_SAFE_INTEGER, span);
      if (bytes === TRIAL_BYTES_START) {
        trialMemory = staging;
      }
      if (end !== -1 || bytes >= TRIAL_BYTES_MAX) {
        return end !== -1 ? end : bytes;
      }
    }
  }

  #writeShortened(head: Head, parts: LineParts, lineBytes: number, timestamp: number): boolean {
    const { lineBytesMax } = this.journal;
    if (head.bytes > lineBytesMax * SHORTENED_HEAD_SHARE_MAX) {
      this.journal.drop("defect", parts.typeCode);
      return false;
    }
    this.counts.recordsShortened++;
    const charsMax = Math.min(SHORTENED_CHARS, Math.floor(lineBytesMax / SHORTENED_BYTES_PER_CHAR));
    const text = typeof parts.data === "string" ? parts.data : valueText(parts.data, this.counts);
    const metadata = { shortened: true, original_bytes: lineBytes };
    return this.write(head, reportOf(text.slice(0, charsMax), metadata), timestamp);
  }

  #openLimiter({ limit = {}, sample = {}, clock }: WriterOptions): Limiter {
    const report = (said: Suppressed): boolean => this.#reportSuppressed(said);
    return new Limiter({ limit, sample, clock, chance: Math.random, report });
  }

  /** As it may be stored: a type of an application's own may be a secret. */
  #typeOf({ typeCode, typeText }: LineParts): string {
    return typeText === undefined ? LEVELS[typeCode]! : (this.redacting?.text(typeText) ?? typeText);
  }

  #reportSuppressed({ service, total, byType, byCause, sinceMs, untilMs }: Suppressed): boolean {
    const parts = reportOf(
      `suppressed ${total.toLocaleString("en-US")} record${total === 1 ? "" : "s"}`,
      {
        suppressed: total,
        by_cause: byCause,
        by_type: byType,
        since: new Date(sinceMs).toISOString(),
        until: new Date(untilMs).toISOString(),
      },
      byCause.limit === undefined ? "INFO" : "WARN",
    );
    const { journal } = this;
    const { bytes, position } = journal.segment;
    // A report that finds no room is no record that was dropped: it waits.
    if (bytes.length - position < REPORT_BYTES && journal.makeRoom(REPORT_BYTES) !== undefined) {
      return false;
    }
    // Of no span, whichever is active.
    return this.write(this.headOf(service ?? this.#service), parts, undefined, undefined, null);
  }

  /** Written only where there is room now: a report must never make the journal look for more. */
  #reportDrops({ cause, total, byType, sinceMs, untilMs, seqs }: DropReport): boolean {
    const { journal, time } = this;
    const text = `${total.toLocaleString("en-US")} record${total === 1 ? "" : "s"} dropped: ${cause}`;
    const parts = reportOf(text, {
      dropped: total,
      cause,
      by_type: byType,
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      ...(seqs !== undefined && { seqs }),
    });
    time.advance(this.clock.now());
    const head = this.headOf(this.#service);
    const { segment } = journal;
    const at = segment.position + FRAME_HEADER_BYTES;
    const end = this.#lines.write(segment, at, time.stamp.words, head, parts, journal.nextSeq);
    return end >= 0 && journal.publish(end, time.ms, parts.typeCode, head.serviceBytes);
  }
}

function redactedParts(redacting: Redacting, parts: LineParts): LineParts {
  const { data, typeCode, typeText, requestText, bindings, metadata } = parts;
  return {
    data: redacting.data(data),
    typeCode,
    typeText: typeText === undefined ? undefined : redacting.text(typeText),
    requestText,
    bindings,
    metadata: redacting.metadata(metadata),
  };
}

/** After the call in which it arose, so that the one who is told may log; what he throws is his own. */
function tellLater({ onTrouble }: WriterOptions, error: unknown): void {
  queueMicrotask(() => {
    try {
      onTrouble(
        error instanceof DragonlogError
          ? error
          : new DragonlogError(
              "DRAGONLOG_JOURNAL_UNAVAILABLE",
              `The folder of journals cannot be looked at: ${messageOf(error)}`,
              "Grant access to it, or name another one with journalDir.",
              error,
            ),
      );
    } catch {
      // Logging must not end the application, and neither must telling of it.
    }
  });
}

/** The same, of values that log nothing when they are asked. */
function settled(parts: LineParts, counts: EncodeCounts): LineParts {
  const { data, metadata } = parts;
  const isText = typeof data === "string" || data === undefined || data instanceof JsonPieces;
  return {
    ...parts,
    data: isText ? data : JSON.parse(valueText(data, counts)),
    metadata:
      metadata === undefined || metadata === null
        ? metadata
        : JSON.parse(`{${membersText(metadata, counts)}}`),
  };
}

/** A record of the logger's own. */
function reportOf(data: string, metadata: object, type: "WARN" | "INFO" = "WARN"): LineParts {
  const typeCode = typeCodeOf(type);
  return { data, typeCode, typeText: undefined, requestText: "", bindings: Bindings.NONE, metadata };
}
