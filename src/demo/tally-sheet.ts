/**
 * What the demo's service has logged, in a small file that both processes map: it is right even after a SIGKILL, when
 * nobody can be asked any more.
 */
import { closeSync, openSync } from "node:fs";
import { openMapper } from "../system/mapping.js";

const SHEET_BYTES = 16_384;
/** The first double counts the calls that have returned. */
const BUCKETS_AT = 1;
const BUCKETS = SHEET_BYTES / 8 - BUCKETS_AT;
const BUCKET_NS = 50;

export class TallySheet {
  readonly #doubles: Float64Array;

  constructor(path: string) {
    const mapper = openMapper();
    const fd = openSync(path, "a+", 0o600);
    mapper.allocate(fd, SHEET_BYTES);
    const window = mapper.reserve(SHEET_BYTES);
    window.attach(fd);
    closeSync(fd);
    this.#doubles = window.doubles;
  }

  /** Log calls that have returned. */
  get returned(): number {
    return this.#doubles[0]!;
  }

  /** How many calls took how long, in steps of `BUCKET_NS`; the last bucket holds all longer ones. */
  get buckets(): Float64Array {
    return this.#doubles.subarray(BUCKETS_AT);
  }

  /** One call has returned. */
  add(nanoseconds: number): void {
    this.#doubles[BUCKETS_AT + Math.min(BUCKETS - 1, Math.floor(nanoseconds / BUCKET_NS))]!++;
    this.#doubles[0]!++;
  }
}

/** The time that half of the calls on all sheets stayed below, to `BUCKET_NS`. */
export function medianNanoseconds(sheets: readonly TallySheet[]): number {
  const half = sheets.reduce((sum, { returned }) => sum + returned, 0) / 2;
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    seen += sheets.reduce((sum, { buckets }) => sum + buckets[bucket]!, 0);
    if (seen >= half) {
      return (bucket + 1) * BUCKET_NS;
    }
  }
  return BUCKETS * BUCKET_NS;
}
