/** In a process of its own: the strict stand-in for CloudWatch Logs, watched until it holds what it should. */
import { once } from "node:events";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { FakeCloudWatch, type Tally } from "../../src/testing/index.js";
import { order } from "../lib/child.js";
import { SERVICE } from "../lib/records.js";
import { GROUP } from "./shape.js";

export interface CloudOrder {
  readonly latencyMs: number;
  readonly records: number;
  /** `strict`, the default, holds a sender to every limit of AWS; `lean` costs a tenth and counts (`arrivals.ts`). */
  readonly kind?: "strict" | "lean";
  /** No line is shorter; of use to the lean one only. */
  readonly lineBytesMin?: number;
}

/** Sent by the parent when the sender has ended: how many records each writer wrote. */
export interface CloudQuestion {
  readonly expected: Readonly<Record<string, number>>;
}

export interface CloudAnswer {
  /** From the arrival of the first put to the moment when the last record was stored. */
  readonly seconds: number;
  /** Of these, what the second half of the records took, by when a sender's code is compiled; NaN where it was not measured. */
  readonly secondHalfSeconds: number;
  readonly requests: number;
  /** Of all puts; NaN where they were not counted. */
  readonly bodyBytes: number;
  readonly inFlightPeak: number;
  /** CPU of this process since it was ready: it shares the machine with what is measured. */
  readonly cpuSeconds: number;
  readonly tally: Pick<Tally, "distinct" | "lost" | "duplicates" | "outOfOrder">;
}

/** Longer than any sender takes; without it a lost record would let the bench wait for ever. */
const DEADLINE_MS = 240_000;

const { latencyMs, records } = order<CloudOrder>();
const cloud = await FakeCloudWatch.start({ latencyMs, store: "ids" });
await createStream();
const seconds = measure();
const before = process.cpuUsage();
process.send!({ url: cloud.url });
const [{ expected }] = (await once(process, "message")) as [CloudQuestion];
const { putsAccepted, putsInFlightPeak, eventsStored } = cloud.stats();
const { user, system } = process.cpuUsage(before);
const { distinct, lost, duplicates, outOfOrder } = cloud.tally(expected);
const answer: CloudAnswer = {
  seconds: eventsStored >= records ? await seconds : Number.NaN,
  secondHalfSeconds: Number.NaN,
  requests: putsAccepted,
  bodyBytes: Number.NaN,
  inFlightPeak: putsInFlightPeak,
  cpuSeconds: (user + system) / 1e6,
  tally: { distinct, lost, duplicates, outOfOrder },
};
process.send!(answer);
process.disconnect();
await cloud.stop();
process.exit();

/** Before anything is measured: a service's stream stands nearly always. */
async function createStream(): Promise<void> {
  const client = new CloudWatchLogsClient(cloud.clientConfig());
  await client.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  await client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: SERVICE }));
  client.destroy();
}

async function measure(): Promise<number> {
  await cloud.until(({ putsInFlightPeak }) => putsInFlightPeak > 0, DEADLINE_MS);
  const from = performance.now();
  await cloud.until(({ eventsStored }) => eventsStored >= records, DEADLINE_MS);
  return (performance.now() - from) / 1000;
}
