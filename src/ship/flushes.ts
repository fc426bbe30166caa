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

  /** Where not everything was delivered, they go on waiting. */
  tried(flushes: readonly Flush[], delivered: boolean): void {
    if (!delivered) {
      this.#waiting.push(...flushes);
      return;
    }
    for (const { done } of flushes) {
      done(true);
    }
  }

  /** Nothing will be sent before `ms`: who cannot wait for so long need not wait at all. */
  giveUpBefore(ms: number): void {
    for (const flush of this.take()) {
      if (flush.untilMs < ms) {
        flush.done(false);
      } else {
        this.#waiting.push(flush);
      }
    }
  }
}
