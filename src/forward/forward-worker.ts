/** The worker thread of `in-app-forwarder.ts`: everything that costs time on the way into the store is done here. */
import { workerData } from "node:worker_threads";
import { work } from "../system/background-job.js";
import type { ForwardStart } from "./in-app-forwarder.js";
import { openForwarder } from "./open-forwarder.js";

const { options, holder } = workerData as ForwardStart;

await work(async (tell) => {
  const { forwarder, close } = await openForwarder(options, { holder, onTrouble: tell });
  return {
    run: (stop) => forwarder.run(stop),
    until: (what) => (what === "delivered" ? forwarder.flush() : forwarder.handOn()),
    async end() {
      await forwarder.drain(AbortSignal.timeout(options.drainDeadline));
      await close();
    },
  };
});
