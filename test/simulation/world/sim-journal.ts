/**
 * Journals without files. Each has two parts: what is durable outlives every process (the published records, the cursor
 * with the ranges beyond it), what is volatile belongs to one shipper and is dropped with it (how far it has read).
 *
 *     append ──► published ──read──► in the shipper's hands ──acknowledge──► cursor
 *
 * The switches make it wrong on purpose (`mechanisms.ts`).
 */
import type {
  Chunk,
  LogBuffer,
  Memo,
  OrdinalRange,
  Source,
  StoredRecord,
  Waiting,
} from "../../../src/buffer/buffer.js";
import { MemoryMemo } from "../../../src/buffer/memory-memo.js";
import { AcknowledgedRanges } from "../../../src/buffer/ranges.js";
import type { Chance } from "./chance.js";
import type { Journals, WriterJournal } from "./journals.js";
import type { LoggedRecord } from "./logged.js";
import type { Switches } from "./mechanisms.js";

/** Few, so that a source takes several reads. */
const RECORDS_PER_READ_MAX = 7;
/** Records that a writer which publishes too late has not published. */
const UNPUBLISHED_MAX = 3;
const READ_FAULT_SHARE = 0.1;

export class SimJournals implements Journals {
  readonly #journals: SimJournal[] = [];
  /** Reads that will still fail. */
  #readFaults: number;

  constructor(
    readonly chance: Chance,
    readonly off: Switches,
    readFaults: number,
  ) {
    this.#readFaults = readFaults;
  }

  create(writer: string, recordsMax: number): WriterJournal {
    const journal = new SimJournal(writer, recordsMax, this.off);
    this.#journals.push(journal);
    return journal;
  }

  /** A shipper's view, from what is durable. */
  open(): LogBuffer {
    const sources = new Map<SimJournal, SimSource>();
    return {
      claim: () => {
        for (const journal of this.#journals) {
          if (!journal.removed && !sources.has(journal)) sources.set(journal, new SimSource(journal, this));
        }
        return [...sources].flatMap(([{ removed }, source]) => (removed ? [] : [source]));
      },
      flushRequestedAtMs: () => 0,
      close: async () => {},
    };
  }

  shipperKilled(): void {}

  close(): void {}

  readFails(): boolean {
    if (this.#readFaults === 0 || !this.chance.happens(READ_FAULT_SHARE)) return false;
    this.#readFaults--;
    return true;
  }
}

/** The durable part. */
class SimJournal implements WriterJournal {
  readonly records: StoredRecord[] = [];
  readonly memo = new MemoryMemo();
  cursor: { readonly next: number; readonly beyond: readonly OrdinalRange[] } = { next: 0, beyond: [] };
  writerGone = false;
  removed = false;
  #unpublished: StoredRecord[] = [];

  constructor(
    readonly writer: string,
    readonly recordsMax: number,
    readonly off: Switches,
  ) {}

  get nextSeq(): number {
    return this.records.length + this.#unpublished.length;
  }

  /** When it returns, the record is published; false when there is no room. */
  append({ record }: LoggedRecord): boolean {
    if (this.nextSeq - this.cursor.next >= this.recordsMax) return false;
    this.#unpublished.push({ ...record, ordinal: record.seq });
    if (!this.off.has("publication") || this.#unpublished.length > UNPUBLISHED_MAX) this.#publish();
    return true;
  }

  /** What is not published is gone. */
  kill(): void {
    this.#unpublished = [];
    this.writerGone = true;
  }

  end(): void {
    this.#publish();
    this.writerGone = true;
  }

  #publish(): void {
    this.records.push(...this.#unpublished);
    this.#unpublished = [];
  }
}

/** The volatile part: one shipper's reading of one journal. */
class SimSource implements Source {
  readonly host = "here";
  readonly #acknowledged: AcknowledgedRanges;
  #next: number;
  #exhausted = false;

  constructor(
    readonly journal: SimJournal,
    readonly journals: SimJournals,
  ) {
    const { next, beyond } = journal.cursor;
    this.#acknowledged = new AcknowledgedRanges(next, beyond);
    this.#next = next;
  }

  get memo(): Memo {
    return this.journal.memo;
  }

  get name(): string {
    return this.journal.writer;
  }

  unread(): Waiting {
    const { records } = this.journal;
    const bytes = records.slice(this.#next).reduce((sum, { start, end }) => sum + end - start, 0);
    return { records: records.length - this.#next, bytes, oldestMs: records[this.#next]?.timestamp };
  }

  read(): Chunk | Promise<Chunk> {
    const { chance } = this.journals;
    if (this.journals.readFails()) throw new Error("the journal cannot be read");
    const count = chance.between(1, RECORDS_PER_READ_MAX);
    const records: StoredRecord[] = [];
    while (this.#next < this.journal.records.length && records.length < count) {
      const record = this.journal.records[this.#next++]!;
      if (!this.#acknowledged.has(record.ordinal)) records.push(record);
    }
    const drained = records.length === 0;
    this.#exhausted = drained && this.journal.writerGone;
    const chunk = { records, drained };
    return chance.happens(0.5) ? chunk : Promise.resolve(chunk);
  }

  rewind(): void {
    if (this.journals.off.has("rewind")) return;
    this.#next = this.#acknowledged.contiguous;
    this.#exhausted = false;
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    for (const range of ranges) {
      this.#acknowledged.add(range);
    }
    const { contiguous, beyond } = this.#acknowledged;
    this.journal.cursor = {
      next: contiguous,
      beyond: this.journals.off.has("cursor beyond") ? [] : beyond.map(({ from, to }) => ({ from, to })),
    };
  }

  finished(): boolean {
    const { journal } = this;
    if (this.#exhausted && this.#acknowledged.contiguous >= journal.records.length) journal.removed = true;
    return journal.removed;
  }
}
