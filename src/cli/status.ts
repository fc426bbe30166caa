import { defineCommand } from "./command.js";

export const status = defineCommand({
  name: "status",
  summary: "show what waits in the buffer",
  description:
    "Shows what waits in the buffer, how old it is, who writes and who ships it. Changes nothing. With a store: the store, " +
    "its lists and its shippers as well, and exit 1 when it cannot be read, nothing goes into it, or nobody empties it.",
  examples: [
    ["dragonlog status", "a table for people"],
    ["DRAGONLOG_BUFFER=redis://10.0.0.5 dragonlog status", "the store behind the journals, and the journals"],
    ["dragonlog status --json", "the same for programs"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../watch/status.js")).status(options, io),
});
