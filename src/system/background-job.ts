/** What runs in the worker thread of `background-worker.ts`. */
import { parentPort } from "node:worker_threads";
import type { FromWorker, ToWorker, Until } from "./background-worker.js";
import { DragonlogError, messageOf } from "./errors.js";

export interface Job {
  readonly run: (stop: AbortSignal) => Promise<void>;
  readonly until: (what: Until) => Promise<void>;
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
