/**
 * Follows a list that other programs push JSON objects to, and that a shipper empties from its front, without taking anything.
 *
 * A shipper numbers the elements, in a hash beside the list (list-state.ts); these numbers are the seqs of a writer whose id
 * stands there too. So each element has the id here under which it is delivered, and it is known which were seen.
 *
 *     numbered ──the hash has another writer──► numbered, by that one
 *        ▲  └──the hash is gone──► by place
 *     by place: nobody has shipped the list yet, or somebody else takes its elements
 *
 * By place, elements are counted from where the follower found the front of the list, and have ids that are of this follower only.
 * The last elements that were seen are looked for where they should stand; where they are not, somebody took others away from the
 * front, and they stand further there, or are taken too. Then it is not known how many others passed unseen, and they are not
 * counted. Nor is it where the list was deleted. Elements alike are told apart by their order only.
 *
 * An element without a timestamp has that of the moment at which it was read here.
 */
import { Elements } from "../../buffer/redis/list/element.js";
import { FetchSize } from "../../buffer/redis/list/fetch-size.js";
import { fingerprintOf } from "../../buffer/redis/list/fingerprint.js";
import { listKeys } from "../../buffer/redis/list/list-keys.js";
import { readState } from "../../buffer/redis/list/list-state.js";
import type { Store } from "../../buffer/redis/store.js";
import type { StoredRecord } from "../../record/stored-record.js";
import type { Clock } from "../../system/clock.js";
import { randomId } from "../../system/random.js";
import type { Hole, Start } from "../follower.js";

const STATE_FIELDS = ["writer", "from", "to"];
/** While a shipper deletes, the place of an element changes between two commands. */
const ATTEMPTS_MAX = 3;
/** So many of the last elements are looked for. */
const PRINTS_MAX = 32;
/** So many elements are looked through for them. */
const SEARCHED_MAX = 4096;
const WRITER_CHARS = 12;

export interface FollowedListOptions {
  readonly store: Store;
  readonly list: string;
  /** Of dragonlog's keys. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly start: Start;
}

/** The number of the list's first element, and whose numbers they are: a shipper's, or this follower's own. */
interface Numbering {
  readonly writer: string;
  readonly head: number;
  readonly own: boolean;
}

export class FollowedList {
  readonly #options: FollowedListOptions;
  readonly #stateKey: string;
  readonly #size = new FetchSize();
  #numbering: Numbering = { writer: randomId(WRITER_CHARS), head: 0, own: true };
  /** The number of the next element; undefined before it is known where to begin. */
  #next: number | undefined;
  /** Of the last elements before that. */
  #prints: number[] = [];
  #elements: Elements;
  #holes: Hole[] = [];

  constructor(options: FollowedListOptions) {
    this.#options = options;
    this.#stateKey = listKeys(options.list, options.prefix).state;
    this.#elements = new Elements(this.#numbering.writer, options.list);
  }

  /** Finds out where to begin, if that is not known. Rejects when the store cannot be asked. */
  async place(): Promise<void> {
    if (this.#next !== undefined) {
      return;
    }
    const { store, list, start } = this.#options;
    const [state, length] = await Promise.all([this.#state(), store.listLength(list)]);
    const records = start.at === "end" ? 0 : start.at === "last" ? start.records : length;
    const index = Math.max(0, length - records);
    const before = index === 0 ? [] : await this.#range(Math.max(0, index - PRINTS_MAX), index);
    this.#prints = before.map(fingerprintOf);
    this.#take(state ?? this.#numbering, (state?.head ?? 0) + index);
  }

  /** The next records; none when there is nothing further. Rejects when the store cannot be asked, or the key is no list. */
  async read(): Promise<readonly StoredRecord[]> {
    const { store, list } = this.#options;
    await this.place();
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const [state, length] = await Promise.all([this.#state(), store.listLength(list)]);
      await this.#follow(state, length);
      const index = this.#next! - this.#numbering.head;
      if (index >= length) {
        return [];
      }
      const elements = await this.#fetch(index, state);
      if (elements !== undefined) {
        return this.#open(elements);
      }
    }
    return [];
  }

  /** Records that were missed since the last call. */
  takeHoles(): readonly Hole[] {
    const holes = this.#holes;
    this.#holes = [];
    return holes;
  }

  /** Whose numbers the elements have. */
  get writer(): string {
    return this.#numbering.writer;
  }

  /** How a shipper numbers the list; undefined where none does. */
  async #state(): Promise<Numbering | undefined> {
    const state = readState(await this.#options.store.pickFields(this.#stateKey, STATE_FIELDS));
    return state && { writer: state.writer, head: state.head, own: false };
  }

  #take(numbering: Numbering, next: number): void {
    if (numbering.writer !== this.#numbering.writer) {
      this.#elements = new Elements(numbering.writer, this.#options.list);
    }
    this.#numbering = numbering;
    this.#next = next;
  }

  /** Brings numbers and list together again, after others have taken elements away or begun to number them. */
  async #follow(state: Numbering | undefined, length: number): Promise<void> {
    const next = this.#next!;
    const { writer, own } = this.#numbering;
    if (state?.writer === writer) {
      if (state.head > next) this.#holes.push({ writer, from: next, to: state.head - 1 });
      this.#take(state, Math.max(state.head, next));
      return;
    }
    const index = await this.#indexOfNext(length);
    if (state !== undefined) {
      this.#take(state, state.head + index);
    } else if (own) {
      this.#take({ writer, own, head: next - index }, next);
    } else {
      this.#take({ writer: randomId(WRITER_CHARS), own: true, head: 0 }, index);
    }
  }

  /** Where the next element stands in the list: behind the last ones that were seen, or at the front if these are gone. */
  async #indexOfNext(length: number): Promise<number> {
    const expected = this.#numbering.own ? this.#next! - this.#numbering.head : length;
    if (expected === 0 || (expected <= length && (await this.#isLastAt(expected - 1)))) {
      return expected;
    }
    const end = Math.min(expected, length);
    const from = Math.max(0, end - SEARCHED_MAX);
    const prints = end === 0 ? [] : (await this.#range(from, end)).map(fingerprintOf);
    for (let at = prints.length; at > 0; at--) {
      const known = Math.min(at, this.#prints.length);
      if (known > 0 && this.#prints.slice(-known).every((print, n) => print === prints[at - known + n])) {
        return from + at;
      }
    }
    return from;
  }

  async #isLastAt(index: number): Promise<boolean> {
    const [element] = await this.#range(index, index + 1);
    return element !== undefined && fingerprintOf(element) === this.#prints.at(-1);
  }

  /** Elements from this index on; undefined when the list was changed meanwhile. */
  async #fetch(index: number, state: Numbering | undefined): Promise<Buffer[] | undefined> {
    // By the element before it is known that these are the next ones, where there are no numbers.
    const before = state === undefined && index > 0 ? 1 : 0;
    const [found, after] = await Promise.all([
      this.#range(index - before, index + this.#size.count),
      this.#state(),
    ]);
    const isSame =
      after?.writer === state?.writer &&
      after?.head === state?.head &&
      (before === 0 || (found[0] !== undefined && fingerprintOf(found[0]) === this.#prints.at(-1)));
    const elements = found.slice(before);
    this.#size.learn(elements.map(({ length }) => length));
    return isSame ? elements : undefined;
  }

  /** `to` is excluded. */
  #range(from: number, to: number): Promise<Buffer[]> {
    return this.#options.store.listRange(this.#options.list, from, to - 1);
  }

  #open(elements: readonly Buffer[]): StoredRecord[] {
    const readAtMs = this.#options.clock.now();
    const seq = this.#next!;
    this.#next = seq + elements.length;
    this.#prints = [...this.#prints, ...elements.map(fingerprintOf)].slice(-PRINTS_MAX);
    return elements.map((element, at) => this.#elements.recordOf(element, { seq: seq + at, readAtMs }));
  }
}
