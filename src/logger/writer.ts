/**
 * One logger's life in one process or thread: the journal, the time and the counts that a logger and its children share.
 * Here a record is finished: it gets its id, its line is placed in the journal, and whatever goes wrong is counted.
 */
import { anyText } from "../encode/any.js";
import { Head, lineBytesBound, placeLine } from "../encode/line.js";
import type { EncodeCounts } from "../encode/text.js";
import type { DropReport } from "../journal/drops.js";
import { FRAME_HEADER_BYTES } from "../journal/format.js";
import { Journal, type JournalOptions } from "../journal/journal.js";
import { Stamp, WriterTime } from "../record/time.js";
import { typeCodeOf } from "../record/types.js";
import type { Clock } from "../system/clock.js";
import { randomId } from "../system/random.js";

const WRITER_ID_CHARS = 12;
/** Services beyond this many get their head made anew for each record: slower, and hostile names cannot grow the map. */
const HEADS_MAX = 1000;
/** What is left of the text of a record that is larger than the journal ever takes. */
const SHORTENED_CHARS = 65_536;
/** Of the room for a line, the share that is left for its service where the record is shortened. */
const SHORTENED_HEAD_SHARE_MAX = 1 / 8;
/** JSON takes up to six bytes for a character of the kept text; two more leave room for what stands around it. */
const SHORTENED_BYTES_PER_CHAR = 8;

export interface WriterOptions extends Omit<JournalOptions, "writer" | "reportDrops"> {
  readonly clock: Clock;
}

export class Writer {
  readonly id = randomId(WRITER_ID_CHARS);
  readonly journal: Journal;
  readonly clock: Clock;
  readonly time = new WriterTime();
  readonly counts: EncodeCounts & { recordsShortened: number; unencodable: number } = {
    shortened: 0,
    recordsShortened: 0,
    unencodable: 0,
  };
  readonly #givenStamp = new Stamp();
  readonly #heads = new Map<string, Head>();
  readonly #service: string;
  readonly #idText = `,"id":"${this.id}-`;

  constructor(options: WriterOptions) {
    this.clock = options.clock;
    this.#service = options.service;
    this.journal = new Journal({
      ...options,
      writer: this.id,
      reportDrops: (report) => this.#reportDrops(report),
    });
  }

  /** How many records are, or were, in the journal. */
  readonly logged = (): number => this.journal.nextSeq;

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
   * Publishes one record. `direct` and `text` are as in `placeLine`: a long text, or undefined and the data's JSON text.
   * `attributes` is everything between the data and the id. Returns false when the record was dropped (and counted).
   */
  write(
    head: Head,
    typeCode: number,
    direct: string | undefined,
    text: string,
    attributes: string,
    given: number | undefined,
  ): boolean {
    const { journal, time } = this;
    const now = this.clock.now();
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
    const tail = `${text}${attributes}${this.#idText}${journal.nextSeq}"}`;
    const { segment } = journal;
    const end = placeLine(segment, segment.position + FRAME_HEADER_BYTES, stamp.words, head, direct, tail);
    if (end < 0 || journal.closed) {
      return this.#writeElsewhere(head, typeCode, direct, tail, timestamp, stamp);
    }
    return journal.publish(end, timestamp, typeCode, head.serviceBytes);
  }

  /** The segment is full, or the record is larger than a segment. */
  #writeElsewhere(
    head: Head,
    typeCode: number,
    direct: string | undefined,
    tail: string,
    timestamp: number,
    stamp: Stamp,
  ): boolean {
    const { journal, time } = this;
    const lineBytes = lineBytesBound(head, direct, tail);
    if (lineBytes > journal.lineBytesMax) {
      return this.#writeShortened(head, typeCode, direct ?? tail, lineBytes, timestamp);
    }
    const seq = journal.nextSeq;
    const cause = journal.makeRoom(lineBytes);
    if (cause !== undefined) {
      journal.drop(cause, typeCode);
      return false;
    }
    // A report of drops may have taken the seq that stands in the tail, and moved the writer's time on.
    const current =
      seq === journal.nextSeq ? tail : `${tail.slice(0, tail.lastIndexOf("-") + 1)}${journal.nextSeq}"}`;
    const stampedMs = stamp === time.stamp ? time.ms : timestamp;
    const { segment } = journal;
    const end = placeLine(segment, segment.position + FRAME_HEADER_BYTES, stamp.words, head, direct, current);
    if (end < 0) {
      journal.drop("defect", typeCode);
      return false;
    }
    return journal.publish(end, stampedMs, typeCode, head.serviceBytes);
  }

  #writeShortened(head: Head, typeCode: number, text: string, lineBytes: number, timestamp: number): boolean {
    const { lineBytesMax } = this.journal;
    if (head.bytes > lineBytesMax * SHORTENED_HEAD_SHARE_MAX) {
      this.journal.drop("defect", typeCode);
      return false;
    }
    this.counts.recordsShortened++;
    const charsMax = Math.min(SHORTENED_CHARS, Math.floor(lineBytesMax / SHORTENED_BYTES_PER_CHAR));
    const kept = JSON.stringify(text.slice(0, charsMax));
    const attributes = `,"type":"WARN","metadata":{"shortened":true,"original_bytes":${lineBytes}}`;
    return this.write(head, typeCodeOf("WARN"), undefined, kept, attributes, timestamp);
  }

  #reportDrops({ cause, total, byType, sinceMs, untilMs }: DropReport): boolean {
    const text = `${total.toLocaleString("en-US")} record${total === 1 ? "" : "s"} dropped: ${cause}`;
    const metadata = anyText({
      dropped: total,
      cause,
      by_type: byType,
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
    });
    const attributes = `,"type":"WARN","metadata":${metadata}`;
    return this.#writeReport(JSON.stringify(text), attributes);
  }

  /** Written only where there is room now: a report must never make the journal look for more. */
  #writeReport(text: string, attributes: string): boolean {
    const { journal, time } = this;
    time.advance(this.clock.now());
    const head = this.headOf(this.#service);
    const { segment } = journal;
    const at = segment.position + FRAME_HEADER_BYTES;
    const tail = `${text}${attributes}${this.#idText}${journal.nextSeq}"}`;
    const end = placeLine(segment, at, time.stamp.words, head, undefined, tail);
    return end >= 0 && journal.publish(end, time.ms, typeCodeOf("WARN"), head.serviceBytes);
  }
}
