import { defineCommand } from "./command.js";

export const flush = defineCommand({
  name: "flush",
  summary: "wait until nothing waits in the buffer",
  description:
    "Asks the shippers to send what waits at once, and waits until nothing waits any more. " +
    "Exit 0 means that everything is delivered; exit 1 that the deadline has passed before. With a store, everything is " +
    "what was logged on this machine when it was called; what applications have left behind is put into the store from here.",
  examples: [
    ["dragonlog flush --deadline 30s", "at the end of a pipeline, before its machine goes away"],
    ["dragonlog flush --json", "report in JSON what was waited for"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../watch/flush.js")).flush(options, io),
});
