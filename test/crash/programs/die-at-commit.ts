/** Death at the two instants that random kills hardly ever meet: just before and just after a record is published. */
import { COMMIT_WORD } from "../../../src/journal/format.js";

export interface Death {
  readonly instant: "before" | "after";
  /** Of how many stores to COMMIT. */
  readonly stores: number;
}

export function dieAtCommit({ instant, stores }: Death): void {
  const store = Atomics.store;
  let seen = 0;
  const dyingStore = (words: Int32Array, index: number, value: number): number => {
    const dies = index === COMMIT_WORD && ++seen === stores;
    if (dies && instant === "before") {
      die();
    }
    const stored = store(words, index, value);
    if (dies) {
      die();
    }
    return stored;
  };
  Atomics.store = dyingStore as typeof Atomics.store;
}

/** SIGKILL to oneself is delivered before kill(2) returns. */
function die(): void {
  process.kill(process.pid, "SIGKILL");
}
