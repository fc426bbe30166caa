/** What runs in the worker thread of `background-worker.ts`. */
import { parentPort } from "node:worker_threads";
import type { FromWorker, ToWorker, Until } from "./background-worker.js";
import { DragonlogError, messageOf } from "./errors.js";

export interface Job {
  readonly run: (stop: AbortSignal) => Promise<void>;
  readonly until: (what: Until) => Promise<void>;
  /** After `run`: does what can still be done within the deadline, and gives everything back. */
  readonly end: () => Promise<void>;
}

/** `tell` says at the main thread what people should know. The thread ends with the job. */
export async function work(open: (tell: (error: DragonlogError) => void) => Promise<Job>): Promise<void> {
  const port = parentPort!;
  const post = (message: FromWorker): void => port.postMessage(message);
  const tell = ({ message, code, hint }: DragonlogError): void => post({ failed: { message, code, hint } });
  try {
    const stop = new AbortController();
    const job = await open(tell);
    port.on("message", (message: ToWorker) => {
      if ("stop" in message) {
        stop.abort();
      } else {
        void job.until(message.until).then(() => post({ answered: message.ask }));
      }
    });
    await job.run(stop.signal);
    await job.end();
  } catch (error) {
    if (error instanceof DragonlogError) {
      tell(error);
    } else {
      post({ failed: { message: messageOf(error) } });
    }
  } finally {
    port.close();
  }
}
