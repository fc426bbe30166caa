/**
 * Batches go to a stream as lines, standard output by default, one batch after another: the next one is written when
 * the one before has been taken, so a slow reader holds the shipper back and never fills the memory.
 */
import type { Writable } from "node:stream";
import type { Batch } from "../batch/batch.js";
import { joinLines, LINES_LIMITS } from "./lines.js";
import type { Answer, Sink } from "./sink.js";

/** Does not end the stream at `close`: it is not the sink's own. */
export function openStdout(output: Writable = process.stdout): Sink {
  return new StdoutSink(output);
}

class StdoutSink implements Sink {
  readonly name = "stdout";
  readonly limits = LINES_LIMITS;
  readonly window = undefined;
  readonly sortsByTimestamp = false;
  readonly #output: Writable;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(output: Writable) {
    this.#output = output;
    // The callback of the write tells of a reader that has gone; the event comes after it, perhaps after `close`, and
    // would end the process if nobody listened.
    output.on("error", () => {});
  }

  send(batch: Batch, signal: AbortSignal): Promise<Answer> {
    const answer = this.#tail.then(() => (signal.aborted ? givenUp() : this.#write(batch, signal)));
    this.#tail = answer;
    return answer;
  }

  async close(): Promise<void> {
    await this.#tail;
  }

  #write({ items }: Batch, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve) => {
      const giveUp = () => resolve(givenUp());
      signal.addEventListener("abort", giveUp, { once: true });
      this.#output.write(joinLines(items), (error) => {
        signal.removeEventListener("abort", giveUp);
        if (error) resolve({ verdict: "retry", cause: "unavailable", error });
        else resolve({ verdict: "delivered", refused: [] });
      });
    });
  }
}

/** The reader may yet get what was begun. */
function givenUp(): Answer {
  return {
    verdict: "retry",
    cause: "timeout",
    error: new Error("the batch was given up before it was taken"),
  };
}
