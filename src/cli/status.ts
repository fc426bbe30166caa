import { defineCommand } from "./command.js";

export const status = defineCommand({
  name: "status",
  summary: "show what waits in the buffer",
  description: "Shows what waits in the buffer, how old it is, who writes and who ships it. Changes nothing.",
  examples: [
    ["dragonlog status", "a table for people"],
    ["dragonlog status --json", "the same for programs"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../watch/status.js")).status(options, io),
});
