/** What is let through of the records of one service and type: a share of them, and so many in a second. */

const SECOND_MS = 1000;

export interface BucketOptions {
  readonly service: string;
  readonly type: string;
  /** Undefined: any number. */
  readonly perSecond: number | undefined;
  /** Of all, from 0 to 1. */
  readonly share: number;
}

export interface Counts {
  limit: number;
  sample: number;
}

export class Bucket {
  readonly options: BucketOptions;
  /** Held back so far, and of these, reported. */
  readonly held: Counts = { limit: 0, sample: 0 };
  readonly reported: Counts = { limit: 0, sample: 0 };
  #secondMs = 0;
  #inSecond = 0;

  constructor(options: BucketOptions) {
    this.options = options;
  }

  get unreported(): Counts {
    const { held, reported } = this;
    return { limit: held.limit - reported.limit, sample: held.sample - reported.sample };
  }

  /** Undefined for a record that is let through, else why it is not, and it is counted. `chance` is asked for a number below 1. */
  holdsBack(nowMs: number, chance: () => number): "limit" | "sample" | undefined {
    const { share, perSecond } = this.options;
    if (share < 1 && chance() >= share) {
      this.held.sample++;
      return "sample";
    }
    if (perSecond === undefined) return undefined;
    // A clock that was set back begins a second of its own.
    if (nowMs >= this.#secondMs + SECOND_MS || nowMs < this.#secondMs) {
      this.#secondMs = nowMs;
      this.#inSecond = 0;
    }
    if (this.#inSecond < perSecond) {
      this.#inSecond++;
      return undefined;
    }
    this.held.limit++;
    return "limit";
  }
}
