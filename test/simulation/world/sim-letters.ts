/** The disk on which dead letters lie. A write takes a moment and fails when the schedule says so. */
import type { DeadLetter } from "../../../src/dead-letters/dead-letters.js";
import { detached } from "../../../src/record/stored-record.js";
import type { Chance } from "./chance.js";
import type { Life } from "./life.js";
import type { Switches } from "./mechanisms.js";
import type { SimClock } from "./sim-clock.js";

const WRITE_MS = 30;
/** How much later than promised they are written when the mechanism is off. */
const LATE_MS = 300;

export class SimLetters {
  /** What is on the disk. */
  readonly letters: DeadLetter[] = [];
  /** When a write failed last. */
  failedAtMs = 0;
  readonly #clock: SimClock;
  readonly #chance: Chance;
  readonly #off: Switches;
  readonly #faults: boolean[];

  /** `faults`: which of the first writes fail. */
  constructor(clock: SimClock, chance: Chance, faults: readonly boolean[], off: Switches) {
    this.#clock = clock;
    this.#chance = chance;
    this.#faults = [...faults];
    this.#off = off;
  }

  /** Resolves when they are written; rejects when none of them are. */
  add(given: readonly DeadLetter[], life: Life): Promise<void> {
    const letters = given.map((letter) => ({ ...letter, record: detached(letter.record) }));
    const fails = this.#faults.shift() === true;
    if (this.#off.has("letters before acknowledgement")) {
      this.#clock.after(LATE_MS, () => {
        if (!life.dead && !fails) this.letters.push(...letters);
      });
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#clock.after(this.#chance.between(0, WRITE_MS), () => {
        if (fails) {
          this.failedAtMs = this.#clock.now();
          reject(new Error("the disk is full"));
          return;
        }
        // Of what a killed process was writing, any beginning may have reached the disk.
        const written = life.dead ? this.#chance.between(0, letters.length) : letters.length;
        this.letters.push(...letters.slice(0, written));
        resolve();
      });
    });
  }
}
