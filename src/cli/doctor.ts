import { defineCommand } from "./command.js";

export const doctor = defineCommand({
  name: "doctor",
  summary: "check everything that shipping needs, and say what to do",
  description:
    "Checks the config, the machine, the folder of journals and its room, what waits, the store, the destination and whoever is to " +
    "be told. For CloudWatch that is a trial write of one event to the stream dragonlog-doctor of the group, which creates " +
    "what is missing. In a store every command that is needed is tried on keys that are removed again. No mail is sent and no webhook called. Exit 0 means that nothing has failed.",
  examples: [
    ["dragonlog doctor", "check what `dragonlog ship` would do in this folder"],
    [
      "dragonlog doctor --region eu-central-1 --group my-app",
      "check other options than those of dragonlog.json",
    ],
    ["dragonlog doctor --json", "for programs"],
  ],
  signals: "stop",
  run: async (options, io) => (await import("../setup/run-doctor.js")).runDoctor(options, io),
});
