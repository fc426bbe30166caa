import { defineCommand } from "./command.js";

export const deadExport = defineCommand({
  name: "dead export",
  summary: "print the records of dead letters",
  description:
    "Prints the lines of the records, byte for byte as they would stand in the cloud. What is known of each beside its record, " +
    "`dragonlog dead list --json` prints. Changes nothing.",
  examples: [
    ["dragonlog dead export > letters.ndjson", "keep them elsewhere before they are dropped"],
    ["dragonlog dead export --service api | jq -r .data", "read what one service had to say"],
  ],
  operands: "[key...]",
  signals: "stop",
  run: async (options, io, keys) =>
    (await import("../dead-letters/run-export.js")).deadExport(options, io, keys),
});
