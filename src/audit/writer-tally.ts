/**
 * What was found of one writer: which of its seqs, which of them twice, which out of order.
 *
 * A record is found when it is there whole. One of which only some parts are there counts as missing and, besides, as
 * incomplete. What is missing is a hole: a seq between others that were found, for nothing tells how far a writer has
 * come but what it wrote. Whether that holds for the seqs before the first one is the caller's to say.
 */
import type { LineId } from "../record/line-id.js";
import { SeqSet } from "./seq-set.js";

/** Where a stream's reader is in the series of this writer. */
interface Place {
  seq: number;
  part: number;
  timestamp: number;
}

export class WriterTally {
  /** Seqs of which the whole record was found. */
  readonly found = new SeqSet();
  /** The lowest and the highest seq of which anything was found. */
  first = Number.POSITIVE_INFINITY;
  last = -1;
  /** The earliest and the latest timestamp of what was found. */
  firstAtMs = Number.POSITIVE_INFINITY;
  lastAtMs = Number.NEGATIVE_INFINITY;
  /** Events that repeat a record, or a part of one, that was found before. */
  doubled = 0;
  /**
   * Events that stand behind one of the same writer and stream with a higher seq (or part) and a timestamp that is not
   * earlier. A writer's own timestamps never run backwards, so where the later seq has the earlier timestamp, the
   * application gave it, and the two stand as they should. Doubles are not among them.
   */
  outOfOrder = 0;
  /** Records that only a second look has found. */
  foundLater = 0;
  /** By seq and the number of parts, the parts that were found, while some are missing. */
  readonly #parts = new Map<number, Map<number, Set<number>>>();
  readonly #places = new Map<string, Place>();

  /** False when the event repeats one that was found before. */
  add(id: LineId, stream: string, timestamp: number): boolean {
    const { seq, part } = id;
    this.first = Math.min(this.first, seq);
    this.last = Math.max(this.last, seq);
    this.firstAtMs = Math.min(this.firstAtMs, timestamp);
    this.lastAtMs = Math.max(this.lastAtMs, timestamp);
    if (!this.#isNew(id)) {
      this.doubled++;
      return false;
    }
    const place = this.#places.get(stream);
    if (place === undefined) {
      this.#places.set(stream, { seq, part, timestamp });
    } else if (seq > place.seq || (seq === place.seq && part > place.part)) {
      place.seq = seq;
      place.part = part;
      place.timestamp = timestamp;
    } else if (timestamp <= place.timestamp) {
      this.outOfOrder++;
    }
    return true;
  }

  /** Takes an event of a second look, for which only what was missing up to the last seq counts. */
  fill(id: LineId): void {
    if (id.seq > this.last || this.found.has(id.seq)) return;
    this.first = Math.min(this.first, id.seq);
    this.#isNew(id);
    if (this.found.has(id.seq)) this.foundLater++;
  }

  /** Records of which some parts were found and others were not. */
  get incomplete(): number {
    return this.#parts.size;
  }

  #isNew({ seq, part, parts }: LineId): boolean {
    if (parts === 1) {
      this.#parts.delete(seq);
      return this.found.add(seq);
    }
    if (this.found.has(seq)) return false;
    const byCount = getOrMake(this.#parts, seq, () => new Map<number, Set<number>>());
    const known = getOrMake(byCount, parts, () => new Set<number>());
    if (known.has(part)) return false;
    known.add(part);
    if (known.size === parts) {
      this.found.add(seq);
      this.#parts.delete(seq);
    }
    return true;
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
