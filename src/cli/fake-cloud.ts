import { defineCommand } from "./command.js";

export const fakeCloud = defineCommand({
  name: "fake-cloud",
  summary: "run a strict stand-in for CloudWatch Logs",
  description:
    "Serves the API of CloudWatch Logs on this machine, with AWS's limits and errors, in memory, until it is stopped. " +
    "Any credentials will do.",
  examples: [
    ["dragonlog fake-cloud", "listen on the default port"],
    ["dragonlog fake-cloud --port 0 --json", 'listen on any free port and print {"url":"http://…"}'],
    [
      "AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x dragonlog ship --region us-east-1 --endpoint http://127.0.0.1:9901",
      "deliver to it",
    ],
  ],
  signals: "stop",
  run: async ({ host, port, json }, { stdout, signal }) => {
    const { runFakeCloud } = await import("../testing/index.js");
    await runFakeCloud({
      host,
      port,
      signal,
      onListening: ({ url }) =>
        stdout.write(json ? `${JSON.stringify({ url })}\n` : `CloudWatch Logs stand-in: ${url}\n`),
    });
    return 0;
  },
});
