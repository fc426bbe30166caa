/** How many records of which level there were, by second, for the last hour. */
import type { LiveEvent } from "../../src/live/query.js";
import { LEVEL_NAMES, levelOf } from "../system/levels.js";

const SECONDS_MAX = 3600;
/** The levels, and other types. */
const KINDS = LEVEL_NAMES.length + 1;

export class LevelsBySecond {
  readonly #seconds = new Map<number, Uint32Array>();

  /** What is told for the first time. */
  add(levels: LiveEvent["levels"], nowMs: number): void {
    this.#add(levels, nowMs, undefined);
  }

  /** How to add what somebody tells who may repeat, in part, what was counted: the larger count of each second is kept. */
  repeater(): (levels: LiveEvent["levels"], nowMs: number) => void {
    const told = new Map<number, Uint32Array>();
    return (levels, nowMs) => this.#add(levels, nowMs, told);
  }

  #add(levels: LiveEvent["levels"], nowMs: number, repeated: Map<number, Uint32Array> | undefined): void {
    for (const [secondMs, byType] of levels) {
      if (secondMs < nowMs - SECONDS_MAX * 1000 || secondMs > nowMs + 60_000) continue;
      const counts = countsAt(this.#seconds, secondMs);
      const told = repeated && countsAt(repeated, secondMs);
      for (const [type, records] of Object.entries(byType)) {
        const level = levelOf(type);
        if (told === undefined) counts[level] = counts[level]! + records;
        else {
          told[level] = told[level]! + records;
          counts[level] = Math.max(counts[level]!, told[level]!);
        }
      }
    }
    if (this.#seconds.size > SECONDS_MAX + 120) this.#forget(nowMs);
  }

  /** Sums of `bins` equal parts of a time, each with the counts of the levels and of other types. */
  binned(fromMs: number, toMs: number, bins: number): Uint32Array[] {
    const width = (toMs - fromMs) / bins;
    const sums = Array.from({ length: bins }, () => new Uint32Array(KINDS));
    for (const [secondMs, counts] of this.#seconds) {
      if (secondMs < fromMs || secondMs >= toMs) continue;
      const sum = sums[Math.floor((secondMs - fromMs) / width)]!;
      for (let level = 0; level < KINDS; level++) sum[level] = sum[level]! + counts[level]!;
    }
    return sums;
  }

  #forget(nowMs: number): void {
    for (const secondMs of this.#seconds.keys()) {
      if (secondMs < nowMs - SECONDS_MAX * 1000) this.#seconds.delete(secondMs);
    }
  }
}

function countsAt(seconds: Map<number, Uint32Array>, secondMs: number): Uint32Array {
  let counts = seconds.get(secondMs);
  if (counts === undefined) {
    counts = new Uint32Array(KINDS);
    seconds.set(secondMs, counts);
  }
  return counts;
}
