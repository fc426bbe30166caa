import { defineCommand } from "./command.js";

export const run = defineCommand({
  name: "run",
  summary: "run a command and record what it prints",
  description:
    "Runs a command and records its standard output as INFO and its standard error as ERROR, one record a line; a level " +
    "that the line names is its type instead, and metadata.stream says where it was printed. --multiline joins lines that " +
    "belong together. " +
    "The output is passed on, signals reach the command, and its exit code is the exit code here.",
  examples: [
    ["dragonlog run --service api -- node server.js", "record everything that the server prints"],
    [
      "dragonlog run --service api --multiline auto -- node server.js",
      "the same, with each stack trace as one record",
    ],
    ["dragonlog run --service backup --quiet -- ./backup.sh /home", "record without passing on, for cron"],
  ],
  operands: "<command...>",
  operandsTakeRest: true,
  signals: "own",
  run: async (options, io, command) => (await import("../ways/run.js")).run(options, command, io),
});
