import { defineCommand } from "./command.js";

export const audit = defineCommand({
  name: "audit",
  summary: "prove from the ids what a destination holds",
  description:
    "Reads a destination back and reports, by writer, which records are missing, doubled or out of order. " +
    "Exit 0 means that nothing is missing; exit 1 that something is. A stream template means all streams of the group. " +
    "In CloudWatch Logs it needs logs:FilterLogEvents, and reads at most four pages of 1 MB a second.",
  examples: [
    ["dragonlog audit --group my-app --since 1h", "every stream of a log group, the last hour"],
    ["dragonlog audit --group my-app --stream web --json", "one stream from its beginning, for programs"],
    ["dragonlog audit --to directory:/var/log/app", "the files that `ship --to directory:` wrote"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../audit/run-audit.js")).audit(options, io),
});
