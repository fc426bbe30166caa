import { defineCommand } from "./command.js";

export const init = defineCommand({
  name: "init",
  summary: "write a commented config, an IAM policy, a systemd unit or a cron line",
  description:
    "Writes files into the working directory, to be read before they are used: without a word or with `config`, " +
    "dragonlog.json with every option explained and the smallest IAM policy that works; with `systemd`, the unit of a " +
    "shipper; with `cron`, the line of a crontab. The flags are set in dragonlog.json. A store's URL that holds a password " +
    "is written into a file of its own, dragonlog-ship.env, which only its owner can read.",
  examples: [
    [
      "dragonlog init --region eu-central-1 --group my-app",
      "write dragonlog.json and dragonlog-iam-policy.json",
    ],
    ["dragonlog init systemd", "write dragonlog-ship.service for the dragonlog.json that is here"],
    ["dragonlog init cron --dry-run", "print a crontab line that delivers what waits, every minute"],
  ],
  operands: "[what]",
  operandWords: [["config", "systemd", "cron"]],
  signals: "stop",
  run: async (options, io, operands) => (await import("../setup/run-init.js")).runInit(options, io, operands),
});
