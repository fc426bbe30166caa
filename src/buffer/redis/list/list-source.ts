/**
 * One list under this shipper's lease, for as long as its elements are numbered in one row: a life of the list.
 *
 *     in the list ──fetched──► ahead ──read──► in the shipper's hands ──acknowledged──► done ──► deleted, from the front
 *
 *     open ──what was read of it is not there any more──► over, when the rest of it is deleted; another life begins
 *       ├──leaving: gives no more records
 *       └──the lease is another's, or gone──► over: it touches the list no more
 *
 * Nothing is taken out of the list before it is delivered, and what is deleted is deleted by a transaction that holds under the
 * lease only, so that a late owner deletes nothing (list-window.ts).
 */
import type { Clock } from "../../../system/clock.js";
import type { BufferDamage, Chunk, OrdinalRange, Source, StoredRecord, Waiting } from "../../buffer.js";
import { StoredMemo } from "../memo.js";
import { Elements } from "./element.js";
import { explaining } from "./explaining.js";
import { type ListState, readState } from "./list-state.js";
import { ListWindow, type ListWindowOptions } from "./list-window.js";

export interface ListSourceOptions extends ListWindowOptions {
  readonly clock: Clock;
  readonly onDamage: (damage: BufferDamage) => void;
  /** Told of trouble that is tried again. */
  readonly onTrouble: (error: unknown) => void;
  /** Told how many elements of the list are delivered, or dead letters. */
  readonly onDone: (list: string, elements: number) => void;
}

const NOTHING: Waiting = { records: 0, bytes: 0, oldestMs: undefined };
/** How often the list may turn out to be another one before a read gives up for now. */
const CHANGES_MAX = 10;

export class ListSource implements Source {
  readonly name: string;
  /** The programs that push say nothing of it. */
  readonly host = "unknown";
  readonly memo: StoredMemo;
  /** Gives no more records. */
  leaving = false;
  readonly #options: ListSourceOptions;
  readonly #window: ListWindow;
  readonly #elements: Elements;
  /** The number of the next element to give. */
  #next: number;
  /** Of the elements from `#next` on. */
  #ahead: StoredRecord[] = [];
  /** Given, not delivered, and not in the list any more. */
  readonly #gone = new Set<number>();
  #isOver = false;
  /** Settles when the last use of the list has ended. */
  #used: Promise<unknown> = Promise.resolve();
  #writing: Promise<void> | undefined;

  constructor(options: ListSourceOptions, state: ListState) {
    const { list, store, keys, lease } = options;
    this.#options = options;
    this.name = `list ${list}`;
    this.memo = new StoredMemo(
      store,
      keys.memo,
      () => lease.token,
      async () => this.#writing,
    );
    this.#elements = new Elements(state.writer, list);
    this.#window = new ListWindow(options, state, {
      onTaken: (from, to, unread) => this.#lose(from, to, unread),
      onAligned: () => {
        this.#seek(this.#next);
        if (this.#window.isPast) {
          this.#endNow();
        }
      },
      onNotHeld: () => this.#keep(),
    });
    this.#next = state.head;
  }

  /** The list has no further element of this life, and the lease is still this one's. */
  get isPast(): boolean {
    return this.#isOver && this.#window.isPast;
  }

  /** The lease is another's, or gone. */
  get isWithoutLease(): boolean {
    return this.#isOver && !this.#window.isPast;
  }

  isHeld(): boolean {
    return !this.#isOver && this.#options.lease.current;
  }

  /** Everything that was given is delivered. */
  get settled(): boolean {
    return this.#window.done.contiguous >= this.#next;
  }

  unread(): Waiting {
    const { end, head, length, size } = this.#window;
    const records = this.#givesNothing ? 0 : Math.min(end, head + length) - this.#next;
    return records <= 0
      ? NOTHING
      : { records, bytes: records * size.elementBytes, oldestMs: this.#ahead[0]?.timestamp };
  }

  /** Rejects when the store cannot be read. */
  async read(bytesMax: number): Promise<Chunk> {
    for (let changes = 0; changes < CHANGES_MAX && (await this.#mayGive()); ) {
      const records = this.#give(bytesMax);
      if (records.length > 0) {
        return { records, drained: false };
      }
      const found = await this.#inTurn(() => this.#fetch());
      if (found === "nothing") {
        break;
      }
      changes += found === "changed" ? 1 : 0;
    }
    return { records: [], drained: true };
  }

  rewind(): void {
    this.#tellMissing(this.#gone.size);
    this.#gone.clear();
    this.#seek(this.#window.done.contiguous);
  }

  acknowledge(ranges: readonly OrdinalRange[]): void {
    let elements = 0;
    for (const range of ranges) {
      this.#window.done.add(range);
      elements += range.to - range.from + 1;
      for (const seq of this.#gone) {
        if (seq >= range.from && seq <= range.to) {
          this.#gone.delete(seq);
        }
      }
    }
    this.#options.onDone(this.#options.list, elements);
    this.#window.unwritten = true;
    void this.#writeSoon();
  }

  finished(): boolean {
    return this.#isOver && this.#gone.size === 0;
  }

  /** Renews the lease when that is due or someone has changed it. Rejects when the store cannot be asked. */
  async renew(): Promise<void> {
    const { lease } = this.#options;
    if (!this.#isOver && (lease.dueForRenewal || !(await lease.isOwn()))) {
      await this.#keep();
    }
  }

  /** Finishes what could not be written, and looks at what waits. Rejects when the store cannot be read. */
  async look(): Promise<void> {
    await this.#writeSoon();
    await this.#inTurn(() => (this.#isOver ? Promise.resolve() : this.#window.look()));
    if (this.#ahead.length === 0 && this.unread().records > 0 && this.#options.lease.current) {
      // What bears no timestamp gets that of its first look.
      await this.#inTurn(() => this.#fetch());
    }
  }

  /** Gives no more, and touches the list no more when what is delivered is deleted. */
  async end(): Promise<void> {
    this.leaving = true;
    await this.#writing;
    await this.#writeSoon();
    this.#endNow();
  }

  get #givesNothing(): boolean {
    return this.#isOver || this.leaving;
  }

  async #mayGive(): Promise<boolean> {
    return !this.#givesNothing && (this.#options.lease.current || (await this.#keep()));
  }

  /** Renews the lease. When it is gone or another's, this one is over: what it has given may be delivered a second time. */
  async #keep(): Promise<boolean> {
    const { lease, store, keys } = this.#options;
    if (this.#isOver) {
      return false;
    }
    const state = await lease.renew();
    if (state === "gone") {
      const { head, length, writer, isInStore } = this.#window;
      if (isInStore && readState(await store.getFields(keys.state))?.writer !== writer) {
        // The store has lost all that it had.
        this.#lose(head, this.#next, Math.max(0, head + length - this.#next));
      }
    }
    if (state !== "held") {
      this.#endNow();
    }
    return state === "held";
  }

  #endNow(): void {
    this.#isOver = true;
    this.#ahead = [];
  }

  #seek(seq: number): void {
    const { head, readEnd } = this.#window;
    this.#next = Math.min(Math.max(seq, head), readEnd);
    this.#ahead = [];
  }

  #give(bytesMax: number): StoredRecord[] {
    const records: StoredRecord[] = [];
    let bytes = 0;
    let taken = 0;
    for (const record of this.#ahead) {
      if (!this.#window.done.has(record.seq)) {
        bytes += record.end - record.start;
        if (records.length > 0 && bytes > bytesMax) {
          break;
        }
        records.push(record);
      }
      taken++;
    }
    this.#ahead.splice(0, taken);
    this.#next += taken;
    return records;
  }

  /** The next elements. `changed`: the list was not what was read of it, and is taken as it is now. */
  async #fetch(): Promise<"found" | "nothing" | "changed"> {
    const from = this.#next;
    if (this.#ahead.length > 0) {
      return "found";
    }
    if (this.#isOver || from >= this.#window.end) {
      return "nothing";
    }
    const elements = await this.#window.fetch(from);
    if (elements === undefined) {
      return "changed";
    }
    const records = await this.#open(from, elements);
    // A rewind may have come between.
    if (!this.#isOver && this.#next === from) {
      this.#ahead = records;
    }
    void this.#writeSoon();
    return records.length > 0 ? "found" : "nothing";
  }

  /** Makes records of elements, and sees to it that the time that some of them get from here stays theirs. */
  async #open(from: number, elements: readonly Buffer[]): Promise<StoredRecord[]> {
    const { marks } = this.#window;
    const nowMs = this.#options.clock.now();
    const { undated } = this.#elements;
    const records = elements.map((element, at) =>
      this.#elements.recordOf(element, { seq: from + at, readAtMs: marks.timeOf(from + at, nowMs) }),
    );
    const seq = Math.max(from, marks.read);
    const end = from + elements.length;
    if (seq < end && (this.#elements.undated > undated || marks.isDue(nowMs))) {
      marks.add({ seq, atMs: marks.timeOf(seq, nowMs) }, end);
      await this.#window.write();
    }
    return records;
  }

  /** Elements that somebody else has taken out of the list. */
  #lose(from: number, to: number, unread: number): void {
    const { done } = this.#window;
    let missing = unread;
    for (let seq = from; seq < to; seq++) {
      if (done.has(seq)) {
        continue;
      }
      if (seq < this.#next) {
        this.#gone.add(seq);
      } else {
        missing++;
      }
    }
    done.add({ from, to: to - 1 });
    this.#tellMissing(missing);
  }

  #tellMissing(records: number): void {
    if (records > 0) {
      const detail = `${records} elements of ${this.#options.list} were taken by somebody else, or lost by the store`;
      this.#options.onDamage({ source: this.name, records, bytes: 0, cause: "missing", detail });
    }
  }

  #writeSoon(): Promise<void> {
    this.#writing ??= this.#write();
    return this.#writing;
  }

  /**
   * Deletes what is delivered, and writes down what is delivered and cannot be deleted, until there is nothing of either. Trouble
   * is told, and tried again by `look`.
   */
  async #write(): Promise<void> {
    try {
      // Not in the call: whoever asks finds the promise.
      await undefined;
      for (let goesOn = true; goesOn && this.#hasToWrite; ) {
        goesOn = await this.#inTurn(() => this.#writeOnce());
      }
    } catch (error) {
      this.#options.onTrouble(error);
    } finally {
      // In the same moment as the last look for something to write, or what comes after it would wait for nobody.
      this.#writing = undefined;
    }
  }

  get #hasToWrite(): boolean {
    const { deletable, unwritten } = this.#window;
    return !this.#isOver && this.#options.lease.current && (deletable > 0 || unwritten);
  }

  /** False when it has to wait. */
  async #writeOnce(): Promise<boolean> {
    const { deletable } = this.#window;
    const wrote = deletable > 0 ? await this.#window.delete(deletable) : await this.#window.write();
    if (this.#window.isPast) {
      this.#endNow();
    }
    return wrote;
  }

  /** What uses the list, one after the other. */
  #inTurn<T>(use: () => Promise<T>): Promise<T> {
    const { store, list } = this.#options;
    const settled = async () => {
      await this.#window.settle();
      return use();
    };
    const turn = this.#used.then(() => explaining(store, list, settled));
    this.#used = turn.catch(() => {});
    return turn;
  }
}
