/** The worker thread of `in-app-forwarder.ts`: everything that costs time on the way into the store is done here. */
import { workerData } from "node:worker_threads";
import { SharedBuffer } from "../buffer/shared.js";
import type { SharedNews, WorkerLoss } from "../journal/shared-segments.js";
import { work } from "../system/background-job.js";
import type { ForwardStart } from "./in-app-forwarder.js";
import { openForwarder } from "./open-forwarder.js";
import type { CountedRange } from "./undelivered.js";

const { options, holder } = workerData as ForwardStart;

await work(async ({ tell, say }) => {
  const buffer = new SharedBuffer();
  const onLoss = (writer: string, lost: CountedRange): void =>
    say({ writer, cause: "lost by the store", ...lost } satisfies WorkerLoss);
  const { forwarder, close } = await openForwarder(options, {
    holder,
    onTrouble: tell,
    shared: options.journal ? undefined : { buffer, onLoss },
  });
  return {
    run: (stop) => forwarder.run(stop),
    // Without a journal, nobody here would know what to do about a record that is in the store.
    until: async (what) => {
      await (what === "delivered" && options.journal ? forwarder.flush() : forwarder.handOn());
      return true;
    },
    take: (news) => buffer.take(news as SharedNews),
    async end() {
      await forwarder.drain(AbortSignal.timeout(options.drainDeadline));
      await close();
    },
  };
});
