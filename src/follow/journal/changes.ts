/**
 * Whether a folder may hold other names than at the last look, for the price of one stat(2).
 *
 * A folder that changes twice within one tick of the file system's clock has the same time after the second change as after
 * the first. So one that changed a moment before a look is looked at again.
 */
import { statSync } from "node:fs";
import type { Clock } from "../../system/clock.js";

/** Far more than a tick. */
const FRESH_MS = 1000;

export class Changes {
  readonly #folder: string;
  readonly #clock: Clock;
  /** When it had changed last, as far as that is settled; -1 for a folder that is not there. */
  #seen: number | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** True at the first call. */
  changed(): boolean {
    // Whoever may look into it counts too: the time of the inode's change, not that of its content.
    const changedMs = statOf(this.#folder)?.ctimeMs ?? -1;
    const changed = changedMs !== this.#seen;
    const isSettled = Math.abs(this.#clock.now() - changedMs) > FRESH_MS;
    this.#seen = isSettled ? changedMs : undefined;
    return changed;
  }
}

function statOf(path: string): { readonly ctimeMs: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
