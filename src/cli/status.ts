import { defineCommand } from "./command.js";

export const status = defineCommand({
  name: "status",
  summary: "show whether all is well, what waits, and who writes and ships it",
  description:
    "Shows whether everything is delivered and kept, what waits and for how long, what flows in and out, and who writes, " +
    "forwards and ships it. Changes nothing. Exit 1 when something keeps records from being delivered or kept, so it serves " +
    "as a check.",
  examples: [
    ["dragonlog status", "the verdict, and tables for people"],
    ["dragonlog status --watch", "the same every second, in place, until Ctrl-C"],
    ["DRAGONLOG_BUFFER=redis://10.0.0.5 dragonlog status", "the store behind the journals, and the journals"],
    ["dragonlog status --json", "the same for programs"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../watch/status.js")).status(options, io),
});
