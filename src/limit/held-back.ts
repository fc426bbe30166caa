/** What was held back, as it is told beside the stream: in `writer.json`, and from there in status and metrics. */
import { typeCodeName, typeCodeOf } from "../record/types.js";

/** How many records of a service and a type, for one of the two reasons. */
export interface HeldBack {
  readonly service: string;
  /** A level, or `other`. */
  readonly type: string;
  readonly cause: "limit" | "sample";
  readonly records: number;
}

/** So many are told apart; what is fewer is `(others)`, by its cause. */
const APART_MAX = 50;
export const OTHERS = "(others)";

/** Of services and types as records have them: each pair once, most first. */
export function heldBackOf(counts: Iterable<HeldBack>): HeldBack[] {
  const byLevel = [...counts].map((each) => ({ ...each, type: typeCodeName(typeCodeOf(each.type)) }));
  return summedUp(byLevel);
}

/** What has the same service, type and cause, once; most first. */
export function summedUp(counts: readonly HeldBack[]): HeldBack[] {
  const sums = summed(counts);
  if (sums.length <= APART_MAX) return sums;
  const rest = sums.slice(APART_MAX).map((each) => ({ ...each, service: OTHERS, type: OTHERS }));
  return summed([...sums.slice(0, APART_MAX), ...rest]);
}

function summed(counts: readonly HeldBack[]): HeldBack[] {
  const sums = new Map<string, HeldBack>();
  for (const each of counts) {
    const { service, type, cause, records } = each;
    if (records === 0) continue;
    const key = JSON.stringify([service, type, cause]);
    sums.set(key, { ...each, records: (sums.get(key)?.records ?? 0) + records });
  }
  return [...sums.values()].sort((a, b) => b.records - a.records);
}

/** By cause. */
export function byCause(counts: readonly HeldBack[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { cause, records } of counts) sums[cause] = (sums[cause] ?? 0) + records;
  return sums;
}
