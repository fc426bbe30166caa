/**
 * Paths as a machine that is asked at each step into a value: a `Place` says whether what stands there is redacted, and which place
 * each of its members is. Places are made when they are first come to, and kept: many paths with `**` in them could reach more sets
 * of steps than memory holds, and a hostile value a good part of these, so only so many are kept.
 */
import { ANY, DEEP, type Step } from "./path.js";

const PLACES_MAX = 10_000;

export class Place {
  /** What stands here is redacted as a whole. */
  readonly isEnd: boolean;
  /** Elements of lists are asked for by number only where a path names one. */
  readonly #namesIndex: boolean;
  readonly #reached: readonly Reached[];
  readonly #known: Map<string, Place>;
  /** Undefined as long as nobody has asked; null leads nowhere. Beyond these names, all lead to the same place. */
  readonly #named: Map<string, Place | null | undefined>;
  #other: Place | null | undefined;

  constructor(reached: readonly Reached[], known: Map<string, Place>) {
    this.#reached = reached;
    this.#known = known;
    this.isEnd = reached.some(({ steps, at }) => at === steps.length);
    const names = reached.map(({ steps, at }) => steps[at]).filter((step) => typeof step === "string");
    this.#named = new Map(names.map((name) => [name, undefined]));
    this.#namesIndex = names.some((name) => /^\d+$/.test(name));
  }

  /** Undefined where no path leads on by this name. */
  of(name: string): Place | undefined {
    const named = this.#named.get(name);
    if (named !== undefined) return named ?? undefined;
    if (!this.#named.has(name)) return this.#ofOthers();
    const place = placeOf(after(this.#reached, name), this.#known);
    if (this.#known.size < PLACES_MAX) this.#named.set(name, place ?? null);
    return place;
  }

  /** The place of an element of a list. */
  at(index: number): Place | undefined {
    return this.#namesIndex ? this.of(String(index)) : this.#ofOthers();
  }

  #ofOthers(): Place | undefined {
    if (this.#other !== undefined) return this.#other ?? undefined;
    const place = placeOf(after(this.#reached, undefined), this.#known);
    if (this.#known.size < PLACES_MAX) this.#other = place ?? null;
    return place;
  }
}

/** A path, and how many of its steps led here. */
interface Reached {
  readonly id: number;
  readonly steps: readonly Step[];
  readonly at: number;
}

/** The place of the whole record; undefined without paths. */
export function placeOfRecord(paths: readonly (readonly Step[])[]): Place | undefined {
  const start = paths.flatMap((steps, id) => withSkipped({ id, steps, at: 0 }));
  return placeOf(start, new Map());
}

function placeOf(reached: readonly Reached[], known: Map<string, Place>): Place | undefined {
  if (reached.length === 0) return undefined;
  const key = reached.map(({ id, at }) => `${id}.${at}`).join(" ");
  let place = known.get(key);
  if (place === undefined) {
    place = new Place(reached, known);
    if (known.size < PLACES_MAX) known.set(key, place);
  }
  return place;
}

/** Where a step by this name leads; undefined is a name that no path says. */
function after(reached: readonly Reached[], name: string | undefined): Reached[] {
  const next = new Map<string, Reached>();
  for (const each of reached) {
    const step = each.steps[each.at];
    const led =
      step === DEEP
        ? [each]
        : step === ANY || (step === name && name !== undefined)
          ? [{ ...each, at: each.at + 1 }]
          : [];
    for (const one of led.flatMap(withSkipped)) next.set(`${one.id}.${one.at}`, one);
  }
  return [...next.values()].sort((a, b) => a.id - b.id || a.at - b.at);
}

/** `**` stands for no level, too. */
function withSkipped(reached: Reached): Reached[] {
  const { steps, at } = reached;
  return steps[at] === DEEP ? [reached, ...withSkipped({ ...reached, at: at + 1 })] : [reached];
}
