import { defineCommand } from "./command.js";

export const deadShow = defineCommand({
  name: "dead show",
  summary: "show everything about single dead letters",
  description:
    "Shows all that is known of the letters with these keys, or of those that a filter leaves: why, since when, and the record. " +
    "Changes nothing.",
  examples: [
    ["dragonlog dead show 2026-01-31-k3x9qa:1042", "one letter; `dragonlog dead list` prints the keys"],
    ["dragonlog dead show --reason invalid --since 10m --json", "as JSON, one line a letter"],
  ],
  operands: "[key...]",
  signals: "stop",
  run: async (options, io, keys) => (await import("../dead-letters/run-show.js")).deadShow(options, io, keys),
});
