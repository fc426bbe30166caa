import { defineCommand } from "./command.js";

export const alertTest = defineCommand({
  name: "alert test",
  summary: "send one alert by every channel that is set",
  description:
    "Sends one message by mail and by webhook, whichever are set, and says of each whether it was taken, or why not. " +
    "Exit code 0 when all took it, 1 otherwise.",
  examples: [
    ["dragonlog alert test", "with what stands in dragonlog.json and DRAGONLOG_* variables"],
    [
      "DRAGONLOG_SMTP=smtp://user:password@mail.example.com:587 dragonlog alert test --mail-to ops@example.com",
      "by mail; the password does not show in the list of processes",
    ],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../alert/run-alert-test.js")).runAlertTest(options, io),
});
