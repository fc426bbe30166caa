/**
 * Who waits for what was logged before to be in the store, or delivered.
 *
 *     asked ──every journal was looked at: targets──► stored ──shippers are asked to hurry──► delivered
 *
 * What is logged afterwards does not count, so that a busy logger does not wait for ever.
 */
import type { Lane } from "./lane.js";

export interface Wish {
  readonly until: "stored" | "delivered";
  /** The first seq, by journal, that need not be there. */
  targets: ReadonlyMap<string, number> | undefined;
  stored: boolean;
  readonly done: () => void;
}

export class Wishes {
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #wishes = new Set<Wish>();

  constructor(lanes: ReadonlyMap<string, Lane>) {
    this.#lanes = lanes;
  }

  get any(): boolean {
    return this.#wishes.size > 0;
  }

  /** Those that are here now. */
  get all(): Wish[] {
    return [...this.#wishes];
  }

  add(until: Wish["until"]): Promise<void> {
    return new Promise((done) => this.#wishes.add({ until, targets: undefined, stored: false, done }));
  }

  /** Every journal was read from since they came, so that each knows where it is. */
  aim(wishes: readonly Wish[]): void {
    for (const wish of wishes) {
      wish.targets ??= new Map([...this.#lanes].map(([name, lane]) => [name, lane.horizon()]));
    }
  }

  /** Grants what is reached. True when there are new ones whose records are in the store and wait to be delivered. */
  grant(): boolean {
    let toHurry = false;
    for (const wish of this.#wishes) {
      if (!wish.stored && this.#reached(wish, "appended")) {
        wish.stored = true;
        toHurry ||= wish.until === "delivered";
      }
      if (wish.stored && (wish.until === "stored" || this.#reached(wish, "acknowledged"))) {
        this.#wishes.delete(wish);
        wish.done();
      }
    }
    return toHurry && this.any;
  }

  /** A journal that is gone is delivered. */
  #reached({ targets }: Wish, where: "appended" | "acknowledged"): boolean {
    return (
      targets !== undefined &&
      [...targets].every(([name, seq]) => (this.#lanes.get(name)?.[where] ?? seq) >= seq)
    );
  }
}
