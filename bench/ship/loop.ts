/**
 * In a process of its own: what people write by hand, a loop of PutLogEventsCommand with the AWS SDK as it comes, each
 * awaited before the next. The lines are there as strings before it begins, so it is spared what its records cost.
 */
import { CloudWatchLogsClient, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { order, report } from "../lib/child.js";
import { records, SERVICE } from "../lib/records.js";
import { CREDENTIALS, GROUP, LOOP_BATCH_RECORDS, LOOP_WRITER, REGION } from "./shape.js";
import { ownUsage } from "./usage.js";

export interface LoopOrder {
  readonly url: string;
  readonly records: number;
}

const { url, records: count } = order<LoopOrder>();
const lines = Array.from({ length: count }, (_, i) => line(i));
const client = new CloudWatchLogsClient({ endpoint: url, region: REGION, credentials: CREDENTIALS });

const before = ownUsage();
for (let from = 0; from < count; from += LOOP_BATCH_RECORDS) {
  const timestamp = Date.now();
  const logEvents = lines.slice(from, from + LOOP_BATCH_RECORDS).map((message) => ({ timestamp, message }));
  await client.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: SERVICE, logEvents }));
}
const { cpuSeconds } = ownUsage();
client.destroy();
// Its memory is that of the lines it was given; a loop that reads them from somewhere would need less.
await report({ cpuSeconds: cpuSeconds - before.cpuSeconds, rssPeakBytes: Number.NaN });

function line(i: number): string {
  const { text, metadata } = records["900-byte"];
  const timestamp = new Date().toISOString();
  const id = `${LOOP_WRITER}-${i}`;
  return JSON.stringify({
    timestamp,
    service: SERVICE,
    data: text(i),
    type: "INFO",
    metadata: metadata(i),
    id,
  });
}
