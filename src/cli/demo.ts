import { defineCommand } from "./command.js";

export const demo = defineCommand({
  name: "demo",
  summary: "see it survive a crash, on this machine and without an account",
  description:
    "Starts a stand-in for CloudWatch Logs, an application and a shipper on this machine, kills the application, " +
    "and counts what has arrived.",
  examples: [
    ["dragonlog demo", "takes seconds; needs the AWS SDK, but no AWS account, and leaves nothing behind"],
    ["dragonlog demo --stay", "goes on with a shop that logs, and a page to look at it, until Ctrl-C"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../demo/demo.js")).demo(options, io),
});
