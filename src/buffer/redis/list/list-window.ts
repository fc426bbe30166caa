/**
 * What is known of the front of a list, as far as it was read: which elements stand there, which of them are delivered, and which
 * numbers they have (list-state.ts).
 *
 *     deleted │ done, done, given, done, given │ not read
 *             head                             readEnd       end
 *
 * Others may change the list as well: an old consumer that pops, someone who deletes it, or who pushes at its front. The
 * fingerprints of what was read show that, whenever something is fetched and before something is deleted, and `align` shows what
 * is left of it. Between that look and the deletion they may do it once more; so the deletion tells what it has deleted, and
 * what was not delivered is put back.
 *
 * Its methods take turns; that is its owner's matter.
 */
import type { AcknowledgedRanges } from "../../ranges.js";
import { failureOf } from "../failures.js";
import type { PartitionLease } from "../partition-lease.js";
import type { Store } from "../store.js";
import { align } from "./alignment.js";
import { FetchSize } from "./fetch-size.js";
import { bytesIn, fingerprintOf } from "./fingerprint.js";
import type { ListKeys } from "./list-keys.js";
import { Marks } from "./list-marks.js";
import { DELETION_FIELD, type Edge, type ListState, STATE_FIELDS, stateFields } from "./list-state.js";

export interface ListWindowOptions {
  readonly store: Store;
  readonly list: string;
  readonly keys: ListKeys;
  readonly lease: PartitionLease;
}

export interface WindowHooks {
  /** Somebody else has taken the elements `from` to `to` (excluded) out of the list, and at least so many that were not read. */
  readonly onTaken: (from: number, to: number, unread: number) => void;
  /** The list may be another one now than what was read of it. */
  readonly onAligned: () => void;
  /** The store says that the lease is not this one's; it may have changed its key all the same. True when it still is. */
  readonly onNotHeld: () => Promise<boolean>;
}

/** What one deletion brings back. */
const DELETE_BYTES_MAX = 1 << 22;
const DELETE_MAX = 10_000;

export class ListWindow {
  readonly writer: string;
  readonly done: AcknowledgedRanges;
  readonly marks: Marks;
  readonly size = new FetchSize();
  /** From here on elements belong to another life. */
  end: number;
  /** The length of the list, as it was seen last. */
  length = 0;
  /** The store does not know all that is delivered. */
  unwritten = false;
  /** The store knows of this life. */
  isInStore = false;
  readonly #options: ListWindowOptions;
  readonly #hooks: WindowHooks;
  #head: number;
  /** Of the elements from `#head` on. */
  #prints: number[] = [];
  /** Read by the holder before, who may still deliver it, and not yet by this one. */
  #edges: readonly Edge[];
  /** Elements at the front that may be deleted: the store was told to, and gave no answer. */
  #inDoubt = 0;

  constructor(
    options: ListWindowOptions,
    { writer, head, done, read, marks, edges, end }: ListState,
    hooks: WindowHooks,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.writer = writer;
    this.done = done;
    this.marks = new Marks(read, marks);
    this.#head = head;
    this.#edges = edges.filter(({ seq }) => seq >= head);
    this.end = end;
  }

  /** The number of the list's first element. */
  get head(): number {
    return this.#head;
  }

  get readEnd(): number {
    return this.#head + this.#prints.length;
  }

  /** It has no further element of this life. */
  get isPast(): boolean {
    return this.#head >= this.end;
  }

  /** How many elements at the front are delivered, as many as one deletion takes. */
  get deletable(): number {
    const most = Math.min(this.done.contiguous - this.#head, this.#prints.length, DELETE_MAX);
    let elements = 0;
    for (let bytes = 0; elements < most && (elements === 0 || bytes < DELETE_BYTES_MAX); elements++) {
      bytes += bytesIn(this.#prints[elements]!);
    }
    return elements;
  }

  /** To be awaited before the list is used: learns whether a deletion without an answer was carried out. */
  async settle(): Promise<void> {
    if (this.#inDoubt === 0) {
      return;
    }
    const { store, keys, lease } = this.#options;
    // A write first: what is still on its way comes too late after it.
    const to = new Map([["to", String(this.#head + this.#inDoubt)]]);
    await store.setFieldsIf(lease.condition, keys.state, to).catch(unlessFull);
    const fields = await store.getFields(keys.state);
    if (fields.get("writer") === this.writer && !fields.has(DELETION_FIELD)) {
      this.#moveHead(this.#inDoubt, Math.max(0, this.length - this.#inDoubt));
    }
    this.#inDoubt = 0;
  }

  /** The elements from `seq` on, which is `readEnd` at most; undefined when the list was not what was read of it. */
  async fetch(seq: number): Promise<Buffer[] | undefined> {
    // The element before must be the one that was read.
    const before = seq > this.#head ? 1 : 0;
    const index = seq - this.#head - before;
    const count = before + Math.min(this.size.count, this.end - seq);
    const elements = await this.#options.store.listRange(this.#options.list, index, index + count - 1);
    const prints = elements.map(fingerprintOf);
    const known = this.#prints.slice(index, index + count);
    if (known.some((print, at) => print !== prints[at])) {
      await this.align();
      return undefined;
    }
    if (!(await this.#edgesStand(this.#head + index, prints))) {
      // Not by the numbers of the holder before: it may have given them to others.
      this.#endHere();
      return undefined;
    }
    this.#prints.push(...prints.slice(known.length));
    this.#edges = this.#edges.filter((edge) => edge.seq >= this.readEnd);
    this.length = Math.max(this.length, index + elements.length);
    const found = elements.slice(before);
    this.size.learn(found.map(({ length }) => length));
    return found;
  }

  /** Sees how long the list is, and what is left of what was read where it is shorter than it was. */
  async look(): Promise<void> {
    const length = await this.#options.store.listLength(this.#options.list);
    if (length < this.length) {
      await this.align();
    } else {
      this.length = length;
    }
  }

  /** Finds out what is left of what was read. */
  async align(): Promise<void> {
    const { store, list } = this.#options;
    const found = await this.#printsInList(this.#prints.length);
    const length = await store.listLength(list);
    const { taken, kept } = align(this.#prints, found);
    const { head, readEnd } = this;
    const behind = Math.max(0, length - kept);
    const unread = Math.max(0, this.length - this.#prints.length - behind);
    this.#hooks.onTaken(head, head + taken, 0);
    this.#hooks.onTaken(head + taken + kept, readEnd, unread);
    this.#moveHead(taken, length);
    if (taken + kept < readEnd - head) {
      this.#prints.length = kept;
      this.#endHere();
      return;
    }
    this.unwritten = true;
    this.#hooks.onAligned();
  }

  /** Deletes so many elements from the front, which are delivered. False when it cannot. */
  async delete(elements: number): Promise<boolean> {
    const { store, list, lease } = this.#options;
    const [last] = await store.listRange(list, elements - 1, elements - 1);
    if (last === undefined || fingerprintOf(last) !== this.#prints[elements - 1]) {
      await this.align();
      return true;
    }
    const deleted = (await this.write(this.#head + elements)) && (await this.#take(elements));
    if (deleted === "full" || deleted === false) {
      return lease.current && this.#deleteInFull(elements);
    }
    if (deleted === undefined) {
      return this.#hooks.onNotHeld();
    }
    const strays = withoutThose(deleted, this.#prints.slice(0, elements));
    this.#moveHead(elements, Math.max(0, this.length - deleted.length));
    if (strays.length > 0 || deleted.length < elements) {
      await this.#putBack(strays);
      await this.align();
    }
    return true;
  }

  /** In one transaction, if the store takes one. */
  async #take(elements: number): Promise<Buffer[] | undefined | "full"> {
    const { store, list, keys, lease } = this.#options;
    try {
      return await store.listTakeIf(lease.condition, list, elements, keys.state, [DELETION_FIELD]);
    } catch (error) {
      this.#inDoubt = failureOf(error) === "away" ? elements : 0;
      return unlessFull(error);
    }
  }

  /**
   * A full store takes no transaction. So the elements are named to it one by one: even a late owner deletes nothing by that but
   * what it has delivered. The state goes first, for it would be wrong without anyone who could tell.
   */
  async #deleteInFull(most: number): Promise<boolean> {
    const { store, list, keys, lease } = this.#options;
    const count = Math.min(most, this.size.count);
    const elements = await store.listRange(list, 0, count - 1);
    if (
      elements.length < count ||
      elements.some((element, at) => fingerprintOf(element) !== this.#prints[at])
    ) {
      await this.align();
      return true;
    }
    if (!(await lease.isOwn())) {
      return this.#hooks.onNotHeld();
    }
    this.unwritten = true;
    this.isInStore = false;
    await store.removeFields(keys.state, STATE_FIELDS);
    const removed = await store.listRemove(list, elements);
    this.#moveHead(count, Math.max(0, this.length - removed));
    if (removed < count) {
      await this.align();
    }
    return true;
  }

  /** Writes the state down; `to` as in list-state.ts. False when the store takes nothing more, or the lease is not this one's. */
  async write(to = this.#head): Promise<boolean> {
    const { store, keys, lease } = this.#options;
    this.unwritten = false;
    try {
      if (await store.setFieldsIf(lease.condition, keys.state, stateFields(this.#stateFrom(to), to))) {
        this.isInStore = true;
        return true;
      }
    } catch (error) {
      this.unwritten = true;
      if (failureOf(error) === "full") {
        return false;
      }
      throw error;
    }
    this.unwritten = true;
    await this.#hooks.onNotHeld();
    return false;
  }

  #stateFrom(first: number): ListState {
    const { writer, head, done, end, marks, readEnd } = this;
    const own = [first, readEnd - 1].flatMap((seq) => {
      const fingerprint = this.#prints[seq - head];
      return fingerprint === undefined ? [] : [{ seq, fingerprint }];
    });
    const edges = [...own, ...this.#edges];
    return { writer, head, done, read: marks.read, marks: marks.all, edges, end };
  }

  /**
   * The elements that the holder before has read stand where they stood: as far as `prints`, which begin with the number `from`, and
   * behind those, so that they are none of others who came between.
   */
  async #edgesStand(from: number, prints: readonly number[]): Promise<boolean> {
    const { store, list } = this.#options;
    for (const { seq, fingerprint } of this.#edges) {
      let print = prints[seq - from];
      if (seq >= from + prints.length) {
        const [element] = await store.listRange(list, seq - this.#head, seq - this.#head);
        print = element && fingerprintOf(element);
      }
      if (print !== fingerprint) {
        return false;
      }
    }
    return true;
  }

  /** What was not read belongs to another life. */
  #endHere(): void {
    this.end = this.readEnd;
    this.#edges = [];
    this.unwritten = true;
    this.#hooks.onAligned();
  }

  async #printsInList(count: number): Promise<number[]> {
    const { store, list } = this.#options;
    const found: number[] = [];
    while (found.length < count) {
      const more = Math.min(this.size.count, count - found.length);
      const elements = await store.listRange(list, found.length, found.length + more - 1);
      this.size.learn(elements.map(({ length }) => length));
      found.push(...elements.map(fingerprintOf));
      if (elements.length < more) {
        break;
      }
    }
    return found;
  }

  #moveHead(elements: number, length: number): void {
    this.#head += elements;
    this.#prints.splice(0, elements);
    this.length = length;
    this.marks.beginAt(this.#head);
  }

  async #putBack(strays: readonly Buffer[]): Promise<void> {
    if (strays.length > 0) {
      try {
        await this.#options.store.listPrepend(this.#options.list, strays);
      } catch (error) {
        this.#hooks.onTaken(this.#head, this.#head, strays.length);
        throw error;
      }
    }
  }
}

function unlessFull(error: unknown): "full" {
  if (failureOf(error) === "full") {
    return "full";
  }
  throw error;
}

/** The elements that are not among those with the fingerprints, of equal ones as many as are too many. */
function withoutThose(elements: readonly Buffer[], prints: readonly number[]): Buffer[] {
  const left = new Map<number, number>();
  for (const print of prints) {
    left.set(print, (left.get(print) ?? 0) + 1);
  }
  return elements.filter((element) => {
    const print = fingerprintOf(element);
    const count = left.get(print) ?? 0;
    left.set(print, count - 1);
    return count <= 0;
  });
}
