import { defineCommand } from "./command.js";

export const ship = defineCommand({
  name: "ship",
  summary: "deliver what waits in the buffer",
  description:
    "Delivers the records that wait in the buffer, in series, and deletes what has been accepted. Any number of them share " +
    "a store; each also puts there what applications of its machine have left in their journals.",
  examples: [
    [
      "dragonlog ship --region eu-central-1 --group my-app",
      "deliver to CloudWatch Logs until SIGTERM, which drains first",
    ],
    ["dragonlog ship --to directory:/var/log/app", "deliver to files of one JSON line a record"],
    ["dragonlog ship --once", "deliver what waits now, then end; exit 0 only when nothing waits any more"],
  ],
  signals: "stop",
  run: async (options, io) => {
    (await import("../system/heap.js")).keepHeapSmall();
    const { runShip } = await import("../ship/run-ship.js");
    return runShip(options, io, {
      openLeftovers: async (...given) => (await import("../forward/leftovers.js")).openLeftovers(...given),
      openPage: async (shown) => (await import("../serve/open-page.js")).openPage(shown),
    });
  },
});
