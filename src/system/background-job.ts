/** What runs in the worker thread of `background-worker.ts`. */
import { parentPort } from "node:worker_threads";
import type { FromWorker, ToWorker, Until } from "./background-worker.js";
import { DragonlogError, messageOf } from "./errors.js";

export interface Job {
  readonly run: (stop: AbortSignal) => Promise<void>;
  /** Resolves with true when it has come to pass; with false when it will not within `ms`, as far as that is known. */
  readonly until: (what: Until, ms: number) => Promise<boolean>;
  /** Takes what loggers pass that share memory with it. */
  readonly take?: (news: unknown) => void;
  /** After `run`: does what can still be done within the deadline, and gives everything back. */
  readonly end: () => Promise<void>;
}

interface MainThread {
  /** Says what people should know. */
  readonly tell: (error: DragonlogError) => void;
  /** Says something to the loggers, see `WorkerShare.hear`. */
  readonly say: (said: unknown) => void;
}

/** The thread ends with the job. */
export async function work(open: (main: MainThread) => Promise<Job>): Promise<void> {
  const port = parentPort!;
  const post = (message: FromWorker): void => port.postMessage(message);
  const tell = ({ message, code, hint }: DragonlogError): void => post({ failed: { message, code, hint } });
  try {
    const stop = new AbortController();
    const job = await open({ tell, say: (said) => post({ said }) });
    port.on("message", (message: ToWorker) => {
      if ("stop" in message) {
        stop.abort();
      } else if ("news" in message) {
        job.take?.(message.news);
      } else {
        const { ask, until, ms } = message;
        void job.until(until, ms).then((done) => post({ answered: ask, done }));
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
