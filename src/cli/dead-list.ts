import { defineCommand } from "./command.js";

export const deadList = defineCommand({
  name: "dead list",
  summary: "show which dead letters there are",
  description:
    "Shows the dead letters of the journal folder: how many of which kind, and the newest with their keys. " +
    "With --json, every letter is one line of JSON. Changes nothing.",
  examples: [
    ["dragonlog dead list --since 1h", "what was refused in the last hour"],
    ["dragonlog dead list --json | jq -r .detail | sort | uniq -c", "why, in the destination's own words"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../dead-letters/run-list.js")).deadList(options, io),
});
