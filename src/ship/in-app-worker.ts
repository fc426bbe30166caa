/** The worker thread of `in-app.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import type { FromWorker, ToWorker, WorkerStart } from "./in-app.js";
import { openShipper } from "./open-shipper.js";

const { options, holder, shipper: name } = workerData as WorkerStart;
const port = parentPort!;
const stop = new AbortController();

function post(message: FromWorker): void {
  port.postMessage(message);
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

async function ship(): Promise<void> {
  const open = await openShipper(options, {
    holder,
    accepts: (info) => info?.shipper === name,
    onTrouble: (what, consequence) => post({ failed: { message: what, hint: sentence(consequence) } }),
  });
  port.on("message", (message: ToWorker) => {
    if ("stop" in message) {
      stop.abort();
    } else {
      void open.shipper.flush().then(() => post({ flushed: message.flush }));
    }
  });
  await open.shipper.run(stop.signal);
  const cancel = systemClock.after(options.drainDeadline, () => open.abort.abort());
  await open.shipper.drain(true);
  cancel();
  await open.close();
  port.close();
}

try {
  await ship();
} catch (error) {
  const { code, hint } = error instanceof DragonlogError ? error : { code: undefined, hint: undefined };
  post({ failed: { message: messageOf(error), ...(code ? { code } : {}), ...(hint ? { hint } : {}) } });
  port.close();
}
