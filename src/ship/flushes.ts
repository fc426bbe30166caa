/** Those who wait until everything that waited when they came is delivered, each for as long as it makes sense to. */
export interface Flush {
  /** In ms since 1970-01-01 UTC. */
  readonly untilMs: number;
  /** `delivered`: false where it is given up. */
  readonly done: (delivered: boolean) => void;
}

export class Flushes {
  #waiting: Flush[] = [];

  add(untilMs: number): Promise<boolean> {
    return new Promise((done) => {
      this.#waiting.push({ untilMs, done });
    });
  }

  /** All of them; what was tried for them is told to `tried`. */
  take(): Flush[] {
    return this.#waiting.splice(0);
  }

  /** Where not everything was delivered, they wait for the next try, at `retryAtMs`, if they can. */
  tried(flushes: readonly Flush[], delivered: boolean, retryAtMs: number): void {
    for (const flush of flushes) {
      if (delivered || flush.untilMs < retryAtMs) {
        flush.done(delivered);
      } else {
        this.#waiting.push(flush);
      }
    }
  }

  /** Nobody will try any more: all are told what it came to. */
  end(delivered: boolean): void {
    for (const { done } of this.take()) {
      done(delivered);
    }
  }

  /** Nothing will be sent before `ms`: who cannot wait for so long need not wait at all. */
  giveUpBefore(ms: number): void {
    this.tried(this.take(), false, ms);
  }
}
