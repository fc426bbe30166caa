/**
 * In a process of its own: what people write by hand, a loop of PutLogEventsCommand with the AWS SDK as it comes, each
 * awaited before the next. The lines are there as strings before it begins, so it is spared what its records cost.
 */
import { CloudWatchLogsClient, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { order, report } from "../lib/child.js";
import { SERVICE } from "../lib/records.js";
import { lineOf } from "./lines.js";
import { CREDENTIALS, GROUP, LOOP_BATCH_RECORDS, LOOP_WRITER, REGION } from "./shape.js";
import { ownUsage } from "./usage.js";

export interface LoopOrder {
  readonly url: string;
  readonly records: number;
  /** The body is joined from strings, and not left to the SDK. */
  readonly oneString: boolean;
}

const { url, records: count, oneString } = order<LoopOrder>();
const lines = Array.from({ length: count }, (_, i) => lineOf(i, Date.now(), LOOP_WRITER));
const client = new CloudWatchLogsClient({ endpoint: url, region: REGION, credentials: CREDENTIALS });
const names = { logGroupName: GROUP, logStreamName: SERVICE };

const before = ownUsage();
for (let from = 0; from < count; from += LOOP_BATCH_RECORDS) {
  const messages = lines.slice(from, from + LOOP_BATCH_RECORDS);
  await (oneString ? putOneString(messages, Date.now()) : put(messages, Date.now()));
}
const { cpuSeconds } = ownUsage();
client.destroy();
// Its memory is that of the lines it was given; a loop that reads them from somewhere would need less.
await report({ cpuSeconds: cpuSeconds - before.cpuSeconds, rssPeakBytes: Number.NaN });

async function put(messages: readonly string[], timestamp: number): Promise<void> {
  const logEvents = messages.map((message) => ({ timestamp, message }));
  await client.send(new PutLogEventsCommand({ ...names, logEvents }));
}

async function putOneString(messages: readonly string[], timestamp: number): Promise<void> {
  let body = `${JSON.stringify(names).slice(0, -1)},"logEvents":[`;
  let before = "";
  for (const message of messages) {
    body += `${before}{"timestamp":${timestamp},"message":${JSON.stringify(message)}}`;
    before = ",";
  }
  body += "]}";
  const command = new PutLogEventsCommand({ ...names, logEvents: [] });
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { body: string }).body = body;
      return next(args);
    },
    { step: "build", priority: "high" },
  );
  await client.send(command);
}
