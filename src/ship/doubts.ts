/**
 * Which records may stand in the destination although nobody has said so: those on their way, those whose answer was lost,
 * and those that were on their way when their shipper died.
 *
 * They are written down in the memo of their source before they are sent, and taken out when the answer is in and what it
 * says is acknowledged. So a shipper that takes over finds them there. A line of the memo is `{"doubt":[[from,to],…],
 * "at":ms}` or `{"clear":[[from,to],…]}`, of ordinals; together, in order, they give the ranges. It is written anew when it
 * has grown long.
 *
 * A record that is too large for one event stays in the memo from its first part on until it is stored whole: its parts
 * go one after the other, and a shipper may die between two of them. Which of its parts are in doubt is known in memory.
 */
import { endsRecord, type Item, isPart, type RecordPart, recordOf } from "../batch/batch.js";
import type { Source } from "../buffer/buffer.js";
import { DoubtfulRanges } from "./doubtful-ranges.js";
import { PartDoubts } from "./part-doubts.js";

/** Lines after which a memo is written anew with what still counts. */
const LINES_MAX = 1000;

type Span = [from: number, to: number];

interface Known {
  /** By record, as in the memo. */
  readonly ranges: DoubtfulRanges;
  /** Of large records that are not stored whole, by ordinal. */
  readonly parts: Map<number, PartDoubts>;
  lines: number;
}

export class Doubts {
  readonly #sourceOf: (writer: string) => Source | undefined;
  readonly #known = new WeakMap<Source, Promise<Known>>();

  constructor(sourceOf: (writer: string) => Source | undefined) {
    this.#sourceOf = sourceOf;
  }

  /** Of these items, those in doubt, each with the time since when. */
  async of(items: readonly Item[]): Promise<Map<Item, number>> {
    const doubtful = new Map<Item, number>();
    for (const [source, some] of this.#bySource(items)) {
      const known = await this.#of(source);
      if (known.ranges.ranges.length === 0) {
        continue;
      }
      for (const item of some) {
        const sinceMs = sinceOf(known, item);
        if (sinceMs !== undefined) {
          doubtful.set(item, sinceMs);
        }
      }
    }
    return doubtful;
  }

  /** Resolves when it is written down that these may be stored from now on. */
  async begin(items: readonly Item[], nowMs: number): Promise<void> {
    for (const [source, some] of this.#bySource(items)) {
      const known = await this.#of(source);
      for (const item of some) {
        if (isPart(item)) {
          partsOf(known, item).add(item.part, nowMs);
        }
      }
      const spans = spansOf(some);
      for (const [from, to] of spans) {
        known.ranges.add({ from, to, sinceMs: nowMs });
      }
      await this.#append(source, known, { doubt: spans, at: nowMs });
    }
  }

  /** It is known what became of these, and what is stored of them is acknowledged. */
  async end(items: readonly Item[], areStored: boolean): Promise<void> {
    for (const [source, some] of this.#bySource(items)) {
      const known = await this.#of(source);
      const spans = spansOf(some.filter((item) => leavesDoubt(known, item, areStored)));
      if (spans.length === 0) {
        continue;
      }
      for (const [from, to] of spans) {
        known.ranges.remove(from, to);
      }
      await this.#append(source, known, { clear: spans });
    }
  }

  async #append(source: Source, known: Known, line: object): Promise<void> {
    known.lines++;
    if (known.lines <= LINES_MAX) {
      await source.memo.append(JSON.stringify(line));
      return;
    }
    known.lines = known.ranges.ranges.length;
    await source.memo.replace(
      known.ranges.ranges.map(({ from, to, sinceMs }) =>
        JSON.stringify({ doubt: [[from, to]], at: sinceMs }),
      ),
    );
  }

  #of(source: Source): Promise<Known> {
    let known = this.#known.get(source);
    if (known === undefined) {
      known = load(source);
      this.#known.set(source, known);
      // What cannot be read now is read again when it is asked for again.
      known.catch(() => this.#known.delete(source));
    }
    return known;
  }

  #bySource(items: readonly Item[]): Map<Source, Item[]> {
    const groups = new Map<Source, Item[]>();
    for (const item of items) {
      const source = this.#sourceOf(recordOf(item).writer);
      const group = source && groups.get(source);
      if (group !== undefined) {
        group.push(item);
      } else if (source !== undefined) {
        groups.set(source, [item]);
      }
    }
    return groups;
  }
}

function sinceOf(known: Known, item: Item): number | undefined {
  const sinceMs = known.ranges.since(recordOf(item).ordinal);
  return isPart(item) && sinceMs !== undefined ? partsOf(known, item).since(item.part) : sinceMs;
}

function partsOf({ parts, ranges }: Known, { record: { ordinal } }: RecordPart): PartDoubts {
  let doubts = parts.get(ordinal);
  if (doubts === undefined) {
    doubts = new PartDoubts(ranges.since(ordinal));
    parts.set(ordinal, doubts);
  }
  return doubts;
}

/** Takes the item out of doubt; true when with it its record is, as the memo knows it. */
function leavesDoubt(known: Known, item: Item, isStored: boolean): boolean {
  if (!isPart(item)) {
    return true;
  }
  partsOf(known, item).remove(item.part);
  const isWhole = isStored && endsRecord(item);
  if (isWhole) {
    known.parts.delete(item.record.ordinal);
  }
  return isWhole;
}

async function load(source: Source): Promise<Known> {
  const ranges = new DoubtfulRanges();
  const lines = await source.memo.read();
  for (const line of lines) {
    const { doubt = [], clear = [], at = 0 } = parse(line);
    for (const [from, to] of doubt) {
      ranges.add({ from, to, sinceMs: at });
    }
    for (const [from, to] of clear) {
      ranges.remove(from, to);
    }
  }
  return { ranges, parts: new Map(), lines: lines.length };
}

/** A line that cannot be read says nothing: then what it was about may be doubled, and is not lost. */
function parse(line: string): { doubt?: Span[]; clear?: Span[]; at?: number } {
  try {
    return JSON.parse(line) as { doubt?: Span[]; clear?: Span[]; at?: number };
  } catch {
    return {};
  }
}

/** The ordinals as ranges; only neighbours are joined, for between others lie records that were not sent. */
function spansOf(items: readonly Item[]): Span[] {
  const spans: Span[] = [];
  for (const item of items) {
    const { ordinal } = recordOf(item);
    const last = spans.at(-1);
    if (last !== undefined && (ordinal === last[1] || ordinal === last[1] + 1)) {
      last[1] = ordinal;
    } else {
      spans.push([ordinal, ordinal]);
    }
  }
  return spans;
}
