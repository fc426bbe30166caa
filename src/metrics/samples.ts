/**
 * Samples of metrics: what is counted somewhere becomes numbers with labels that Prometheus can keep.
 *
 * - A label's values are bounded: the largest of them stand apart, the rest under `(others)`, so that no name that an application
 *   invents makes series without end.
 * - A label's text is cut and printable, for it is foreign, and people read it in a terminal too. Names that become alike by that
 *   are summed up: no series stands twice.
 * - What is no number (a report of another version, say) is left out: one bad line would make Prometheus refuse all of them.
 */
import { printable } from "../system/printable.js";

/** Values of a label that stand apart. */
export const LABEL_VALUES_MAX = 100;
const LABEL_CHARS_MAX = 128;
export const OTHERS = "(others)";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Where it is not the metric's own: `…_bucket`, `…_sum` and `…_count` of a histogram. */
  readonly metricName?: string;
}

/** A sample without labels; none for what is not known. */
export function one(value: number | undefined): Sample[] {
  return isNumber(value) ? [{ labels: {}, value }] : [];
}

/** One of these states holds, or none. */
export function oneOf(label: string, states: readonly string[], current: string | undefined): Sample[] {
  return states.map((state) => ({ labels: { [label]: state }, value: state === current ? 1 : 0 }));
}

/** How often each name was counted; `known` names stand there from the start, so that a first one can be seen as a rise. */
export function byName(
  label: string,
  counts: Readonly<Record<string, number>>,
  known: readonly string[] = [],
): Sample[] {
  const zeros = known.map((name): [string, number] => [name, 0]);
  return byLabels(
    [label],
    [...zeros, ...Object.entries(counts)].map(([name, value]) => ({ names: [name], value })),
  );
}

/** What has the same labels; the names stand in the order of the labels. */
export interface Counted {
  readonly names: readonly string[];
  readonly value: number | undefined;
}

/** The sums by these labels: the largest `LABEL_VALUES_MAX` of them, and one of the others. */
export function byLabels(labels: readonly string[], counted: readonly Counted[], join = add): Sample[] {
  const sums = new Map<string, Sum>();
  for (const { names, value } of counted) {
    if (isNumber(value)) put(sums, names.map(labelText), value, join);
  }
  const others = labels.map(() => OTHERS);
  const apart = [...sums.values()].filter(({ names }) => !names.every((name) => name === OTHERS));
  if (apart.length > LABEL_VALUES_MAX) {
    apart.sort((a, b) => b.value - a.value);
    for (const { names, value } of apart.slice(LABEL_VALUES_MAX)) {
      sums.delete(keyOf(names));
      put(sums, others, value, join);
    }
  }
  return [...sums.values()].map(({ names, value }) => ({
    labels: Object.fromEntries(labels.map((label, at) => [label, names[at]!])),
    value,
  }));
}

interface Sum {
  readonly names: readonly string[];
  value: number;
}

function put(sums: Map<string, Sum>, names: readonly string[], value: number, join: typeof add): void {
  const sum = sums.get(keyOf(names));
  if (sum === undefined) sums.set(keyOf(names), { names, value });
  else sum.value = join(sum.value, value);
}

function keyOf(names: readonly string[]): string {
  return JSON.stringify(names);
}

function add(a: number, b: number): number {
  return a + b;
}

/** Foreign text as a label's value. */
export function labelText(text: string): string {
  const shown = printable(
    String(text)
      .slice(0, LABEL_CHARS_MAX + 1)
      .toWellFormed(),
  );
  return shown.length > LABEL_CHARS_MAX ? `${shown.slice(0, LABEL_CHARS_MAX).toWellFormed()}…` : shown;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}
