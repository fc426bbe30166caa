import { defineCommand } from "./command.js";

export const deadDrop = defineCommand({
  name: "dead drop",
  summary: "forget dead letters",
  description:
    "Drops the letters with these keys, those that --reason or --since leaves, or, with the word all, every one; --service narrows each. " +
    "Nothing asks whether you are sure, and nothing brings them back.",
  examples: [
    ["dragonlog dead drop --reason too-old --dry-run", "what would be dropped"],
    ["dragonlog dead drop 2026-01-31-k3x9qa:1042", "one letter"],
    ["dragonlog dead export > letters.ndjson && dragonlog dead drop all", "all of them, and keep a copy"],
  ],
  operands: "[key...]",
  signals: "stop",
  run: async (options, io, keys) => (await import("../dead-letters/run-drop.js")).deadDrop(options, io, keys),
});
