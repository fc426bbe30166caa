/** `npm run bench:ship`: how fast a backlog reaches the cloud. See README.md. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { answer } from "../lib/answer.js";
import { runChild } from "../lib/child.js";
import { wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import { logBacklog, type Shipped, shipBacklog, shipNothing } from "./backlogs.js";
import { LINE_BYTES_MIN } from "./lines.js";
import type { LoopOrder } from "./loop.js";
import { failed, type Results, type Run, SENDERS, type Sender, summary, tables } from "./results.js";
import {
  type Backlog,
  LATENCIES_MS,
  type LatencyMs,
  LOOP_SHARES,
  LOOP_WRITER,
  RECORDS_PER_MS,
  STRICT_SHARE,
  WRITERS,
} from "./shape.js";
import type { Usage } from "./usage.js";
import { withCloud } from "./with-cloud.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    records: { type: "string", default: "1000000" },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const recordsTotal = wholeNumber("records", values.records);
const BACKLOGS = Object.keys(RECORDS_PER_MS) as Backlog[];
/** It would warn on each of the loop's runs that it is going to need a newer Node.js. */
const LOOP_ENV = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

await withTempDir(async (root) => {
  const senders = Object.keys(SENDERS) as Sender[];
  const progress = new Progress(BACKLOGS.length + 2 + rounds * LATENCIES_MS.length * senders.length);
  const runs: Run[] = [];
  try {
    for (const backlog of BACKLOGS) {
      progress.step(`logging ${recordsTotal} records: ${backlog}`);
      await logBacklog(join(root, backlog), backlog, recordsTotal);
    }
    progress.step("dragonlog ship with nothing to do");
    const idle = await shipNothing(join(root, "idle"));
    progress.step("dragonlog ship to the strict stand-in");
    const strict = await shipStrictly(root);
    for (let round = 0; round < rounds; round++) {
      for (const latencyMs of LATENCIES_MS) {
        for (const sender of round % 2 === 0 ? senders : senders.toReversed()) {
          progress.step(`round ${round + 1}, ${latencyMs} ms: ${SENDERS[sender]}`);
          runs.push({ sender, latencyMs, round, ...(await sendOnce(root, sender, latencyMs)) });
        }
      }
    }
    progress.end();
    const results: Results = {
      machine: machineLine(root),
      versions: versionsLine(["@aws-sdk/client-cloudwatch-logs"]),
      idle,
      strict,
      runs,
    };
    answer(values.json, summary(results), tables(results));
    process.exitCode = failed(results) ? 1 : 0;
  } finally {
    progress.end();
  }
});

function sendOnce(root: string, sender: Sender, latencyMs: LatencyMs): Promise<Shipped> {
  return sender === "loop" || sender === "string"
    ? loopOnce(latencyMs, sender === "string")
    : shipBacklog(join(root, sender), join(root, "copy"), recordsTotal, { kind: "lean", latencyMs });
}

async function loopOnce(latencyMs: LatencyMs, oneString: boolean): Promise<Shipped> {
  const records = recordsTotal * LOOP_SHARES[latencyMs];
  const loop = new URL("./loop.js", import.meta.url);
  const run = (url: string): Promise<Usage> =>
    runChild(loop, { url, records, oneString } satisfies LoopOrder, LOOP_ENV);
  const order = { kind: "lean", latencyMs, records, lineBytesMin: LINE_BYTES_MIN } as const;
  return { records, ...(await withCloud(order, { [LOOP_WRITER]: records }, run)) };
}

/** The proof that what is measured keeps every rule of AWS. */
async function shipStrictly(root: string): Promise<Shipped> {
  const dir = join(root, "strict");
  const records = Math.ceil((recordsTotal * STRICT_SHARE) / WRITERS) * WRITERS;
  await logBacklog(dir, "burst", records);
  return shipBacklog(dir, join(root, "copy"), records, { kind: "strict", latencyMs: 0 });
}
