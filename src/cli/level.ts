import { OPTIONS } from "../config/options.js";
import { defineCommand } from "./command.js";

export const level = defineCommand({
  name: "level",
  summary: "show the levels of running services, or set one",
  description:
    "Sets the lowest level that the loggers of a service record, while they run: for all that log into this folder of journals, " +
    "their children included. It holds until `reset`, also for processes that start later. A logger sees it at its next " +
    "write to the disk, about a second after it logs; one that logs nothing, within a minute.",
  examples: [
    ["dragonlog level", "which levels are set, and which loggers have seen them"],
    ["dragonlog level shop debug", "let the loggers of shop record DEBUG and above"],
    ["dragonlog level shop reset", "back to the level that they were made with"],
  ],
  operands: "[service] [level]",
  // No words for services: to find them would read every journal.
  operandWords: [[], [...OPTIONS.level.choices, "reset"]],
  signals: "stop",
  run: async (options, io, operands) => (await import("../watch/level.js")).level(options, io, operands),
});
