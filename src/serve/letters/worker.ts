/** What runs in the thread of thread.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { DragonlogError, messageOf } from "../../system/errors.js";
import { perform } from "./task.js";
import type { ErrorText, FromThread, ToThread } from "./thread.js";

const port = parentPort!;
const stop = new AbortController();
let last: Promise<void> = Promise.resolve();

port.on("message", (message: ToThread) => {
  if ("stop" in message) {
    stop.abort();
    void last.finally(() => port.close());
    return;
  }
  const { number, task } = message;
  last = last.then(async () => {
    const answer: FromThread = await perform(workerData as string, task, stop.signal).then(
      (result) => ({ number, result }),
      (error: unknown) => ({ number, error: errorText(error) }),
    );
    port.postMessage(answer);
  });
});

function errorText(error: unknown): ErrorText {
  if (!(error instanceof DragonlogError)) return { message: messageOf(error) };
  const { message, code, hint } = error;
  return { message, code, hint };
}
