/**
 * Paths as a machine that is asked at each step into a value: a `Place` says whether what stands there is redacted, and which place
 * each of its members is. Places are made when they are first come to, and kept: as many as there are sets of steps that paths
 * can have reached, whatever names the values hold.
 */
import { ANY, DEEP, type Step } from "./path.js";

export class Place {
  /** What stands here is redacted as a whole. */
  readonly isEnd: boolean;
  /** Beyond these, all names lead to the same place. */
  readonly #named = new Map<string, Place | undefined>();
  readonly #other: Place | undefined;
  /** Elements of lists are asked for by number only where a path names one. */
  readonly namesIndex: boolean;

  constructor(reached: readonly Reached[], known: Map<string, Place>) {
    known.set(keyOf(reached), this);
    this.isEnd = reached.some(({ steps, at }) => at === steps.length);
    const names = new Set(
      reached.map(({ steps, at }) => steps[at]).filter((step) => typeof step === "string"),
    );
    this.namesIndex = [...names].some((name) => /^\d+$/.test(name));
    this.#other = placeOf(after(reached, undefined), known);
    for (const name of names) this.#named.set(name, placeOf(after(reached, name), known));
  }

  /** Undefined where no path leads on by this name. */
  of(name: string): Place | undefined {
    return this.#named.has(name) ? this.#named.get(name) : this.#other;
  }

  /** The place of an element of a list. */
  at(index: number): Place | undefined {
    return this.namesIndex ? this.of(String(index)) : this.#other;
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
  return known.get(keyOf(reached)) ?? new Place(reached, known);
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

function keyOf(reached: readonly Reached[]): string {
  return reached.map(({ id, at }) => `${id}.${at}`).join(" ");
}
