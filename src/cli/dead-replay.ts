import { defineCommand } from "./command.js";

export const deadReplay = defineCommand({
  name: "dead replay",
  summary: "send dead letters again",
  description:
    "Makes records of the letters again, with the ids they have, and leaves them to the shipper: all letters, those with these " +
    "keys, or those that a filter leaves. It may be interrupted and repeated: each letter is sent once.",
  examples: [
    [
      "dragonlog dead replay --dry-run",
      "what would be sent, and what CloudWatch would refuse again for its age",
    ],
    ["dragonlog dead replay --reason invalid --service api", "send some of them"],
    ["dragonlog dead replay && dragonlog flush", "send all of them, and wait until they have left"],
  ],
  operands: "[key...]",
  signals: "stop",
  run: async (options, io, keys) =>
    (await import("../dead-letters/run-replay.js")).deadReplay(options, io, keys),
});
