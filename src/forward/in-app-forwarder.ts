/**
 * A forwarder in a worker thread of the application, for `new DragonLogger({ buffer: "redis://…" })`.
 *
 * It empties the journals that are meant for its store: those of this thread's loggers, whose leases are reserved for it when
 * they are made, and those that an earlier process on this machine left behind. The log call knows nothing of it.
 *
 * One for loggers without journals (`journal: false`) takes what stands in the memory that it shares with them, and nothing else.
 */
import type { Carrier } from "../ship/in-app.js";
import { BackgroundWorker } from "../system/background-worker.js";
import type { DragonlogError } from "../system/errors.js";
import { randomId } from "../system/random.js";
import type { ForwardingOptions } from "./open-forwarder.js";
import { checkCodec, storeName } from "./store-options.js";

export interface InAppForwardingOptions extends ForwardingOptions {
  /** False: it takes what this thread's loggers keep in memory, and leaves journals alone. */
  readonly journal: boolean;
  readonly drainDeadline: number;
}

/** What the worker is started with. */
export interface ForwardStart {
  readonly options: InAppForwardingOptions;
  readonly holder: string;
}

/** One forwarder for each set of options, shared by the loggers of this thread. */
const forwarders = new Map<string, Carrier>();

/** Throws DRAGONLOG_OPTION_INVALID for a URL that is none of a store, and for a codec that this Node.js does not have. */
export function inAppForwarder(
  options: InAppForwardingOptions,
  onTrouble: (error: DragonlogError) => void,
): Carrier {
  const key = JSON.stringify(options);
  let forwarder = forwarders.get(key);
  if (forwarder === undefined) {
    checkCodec(options.codec);
    const name = storeName(options.buffer.url);
    const start: ForwardStart = { options, holder: randomId(12) };
    const worker = new BackgroundWorker({
      module: new URL("./forward-worker.js", import.meta.url),
      workerData: start,
      deadlineMs: options.drainDeadline,
      name: "The forwarder in this process",
      code: "DRAGONLOG_FORWARDER_FAILED",
      onTrouble,
      forget: () => forwarders.delete(key),
    });
    forwarder = { worker, name, holder: start.holder };
    forwarders.set(key, forwarder);
  }
  return forwarder;
}
