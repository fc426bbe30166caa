import { defineCommand } from "./command.js";

export const tail = defineCommand({
  name: "tail",
  summary: "show records as they are logged",
  description:
    "Shows the records of all services as they are logged, before they are delivered, without disturbing whoever ships them. " +
    "Asks the shipper of the folder where one runs, and so shows what was just delivered, too; else it reads the buffer itself. " +
    "Ctrl-C ends it.",
  examples: [
    ["dragonlog tail --last 20", "the newest records, and what is logged from now on"],
    [
      "dragonlog tail --type warn --since 5m",
      "warnings and errors of the last five minutes, and those to come",
    ],
    ["dragonlog tail --grep '/time(d )?out/i' --where metadata.user_id=42", "what went wrong for one user"],
    ["dragonlog tail --request-id 7f3a --pretty --no-follow", "all that is there of one request, in full"],
    ["dragonlog tail --json | jq -r .data", "the lines as they are, for another program"],
  ],
  signals: "watch",
  run: async (options, io) => (await import("../watch/tail.js")).tail(options, io),
});
