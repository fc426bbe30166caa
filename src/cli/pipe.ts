import { defineCommand } from "./command.js";

export const pipe = defineCommand({
  name: "pipe",
  summary: "record the lines of standard input",
  description:
    "Records standard input, one record a line, byte for byte, with the level that the line names as its type. A line that " +
    "is a JSON object of the names timestamp, service, data, type, request_id and metadata, with at least data, is taken " +
    "as the record it is. A line of another JSON logger becomes a record of its parts, unless --severity is off. " +
    "--multiline joins lines that belong together. Exit 0 means that every line is safe.",
  examples: [
    [
      "./legacy-server 2>&1 | dragonlog pipe --service legacy",
      "record the lines of a program of any language",
    ],
    [
      'echo \'{"data":"paid","type":"AUDIT"}\' | dragonlog pipe --service shop',
      "record a line that is a record",
    ],
    [
      "java -jar app.jar 2>&1 | dragonlog pipe --service app --multiline auto",
      "record each stack trace with the line that it belongs to",
    ],
  ],
  signals: "finish-input",
  run: async (options, io) => (await import("../ways/pipe.js")).pipe(options, io),
});
