/**
 * A shipper in a worker thread of the application, for `new DragonLogger({ to: … })`.
 *
 * It empties the journals that are meant for its destination: those of this thread's loggers, whose leases are reserved
 * for it when they are made, and those that an earlier process left behind. One for loggers without journals (`journal: false`)
 * takes what stands in the memory that it shares with them, and nothing else.
 */
import { BackgroundWorker } from "../system/background-worker.js";
import { nameFor } from "../system/digest.js";
import type { DragonlogError } from "../system/errors.js";
import { randomId } from "../system/random.js";
import type { ShippingOptions } from "./open-shipper.js";

export interface InAppOptions extends ShippingOptions {
  /** False: it takes what this thread's loggers keep in memory, and leaves journals alone. */
  readonly journal: boolean;
  readonly drainDeadline: number;
}

/** What the worker is started with. */
export interface WorkerStart {
  readonly options: InAppOptions;
  readonly holder: string;
  readonly shipper: string;
}

/** What carries the records of a logger on, in a worker thread of this process. */
export interface Carrier {
  readonly worker: BackgroundWorker;
  /** For `WriterInfo.shipper`. */
  readonly name: string;
  /** For the reservation of leases. */
  readonly holder: string;
}

/** One shipper for each set of options, shared by the loggers of this thread. */
const shippers = new Map<string, Carrier>();

/** Names a destination in `writer.json`, so that a later process with the same one takes over. */
function nameOf({ to, region, endpoint, group, stream }: InAppOptions): string {
  return nameFor(JSON.stringify([to, region, endpoint, group, stream]));
}

export function inAppShipper(options: InAppOptions, onTrouble: (error: DragonlogError) => void): Carrier {
  const key = JSON.stringify(options);
  let shipper = shippers.get(key);
  if (shipper === undefined) {
    const start: WorkerStart = { options, holder: randomId(12), shipper: nameOf(options) };
    const worker = new BackgroundWorker({
      module: new URL("./in-app-worker.js", import.meta.url),
      workerData: start,
      deadlineMs: options.drainDeadline,
      name: "The shipper in this process",
      code: "DRAGONLOG_SHIPPER_FAILED",
      onTrouble,
      forget: () => shippers.delete(key),
    });
    shipper = { worker, name: start.shipper, holder: start.holder };
    shippers.set(key, shipper);
  }
  return shipper;
}
