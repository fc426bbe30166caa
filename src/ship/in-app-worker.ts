/** The worker thread of `in-app.ts`. */
import { workerData } from "node:worker_threads";
import { SharedBuffer } from "../buffer/shared.js";
import type { SharedNews } from "../journal/shared-segments.js";
import { work } from "../system/background-job.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import type { WorkerStart } from "./in-app.js";
import { openShipper } from "./open-shipper.js";

const { options, holder, shipper: name } = workerData as WorkerStart;

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

await work(async ({ tell }) => {
  const shared = options.journal ? undefined : new SharedBuffer();
  const open = await openShipper(options, {
    holder,
    shared,
    accepts: (info) => info?.shipper === name,
    onTrouble: (what, consequence) =>
      tell(new DragonlogError("DRAGONLOG_SHIPPER_FAILED", what, sentence(consequence))),
  });
  return {
    run: (stop) => open.shipper.run(stop),
    // What it hands on, it delivers.
    until: (_what, ms) => open.shipper.flush(systemClock.now() + ms),
    take: (news) => shared?.take(news as SharedNews),
    async end() {
      const cancel = systemClock.after(options.drainDeadline, () => open.abort.abort());
      await open.shipper.drain(true);
      cancel();
      await open.close();
    },
  };
});
