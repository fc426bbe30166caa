/** `npm run bench:ship`: how fast a backlog reaches the cloud. See README.md. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { listJournals } from "../../src/buffer/journal.js";
import { runChild } from "../lib/child.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import type { BacklogOrder } from "./backlog-writer.js";
import type { LoopOrder } from "./loop.js";
import { failed, type Results, type Run, SENDERS, type Sender, summary, tables } from "./results.js";
import {
  type Backlog,
  LATENCIES_MS,
  LOOP_LATENT_SHARE,
  LOOP_WRITER,
  RECORDS_PER_MS,
  WRITERS,
} from "./shape.js";
import { ship } from "./shipper.js";
import type { Usage } from "./usage.js";
import { withCloud } from "./with-cloud.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    records: { type: "string", default: "200000" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const recordsTotal = Number(values.records);
const BACKLOGS = Object.keys(RECORDS_PER_MS) as Backlog[];
/** It would warn on each of the loop's runs that it is going to need a newer Node.js. */
const LOOP_ENV = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

type Sent = Pick<Run, "records" | "cpuSeconds" | "rssPeakBytes" | "arrived">;

await withTempDir(async (root) => {
  const senders = Object.keys(SENDERS) as Sender[];
  const progress = new Progress(BACKLOGS.length + 1 + rounds * LATENCIES_MS.length * senders.length);
  const runs: Run[] = [];
  try {
    for (const backlog of BACKLOGS) {
      progress.step(`logging ${recordsTotal} records: ${backlog}`);
      await logBacklog(join(root, backlog), backlog);
    }
    progress.step("dragonlog ship with nothing to do");
    const idle = await shipNothing(join(root, "idle"));
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
      runs,
    };
    process.stdout.write(values.json ? `${JSON.stringify(summary(results))}\n` : `${tables(results)}\n`);
    process.exitCode = failed(results) ? 1 : 0;
  } finally {
    progress.end();
  }
});

async function logBacklog(dir: string, backlog: Backlog): Promise<void> {
  const order: BacklogOrder = { dir, backlog, count: recordsTotal / WRITERS };
  const writer = new URL("./backlog-writer.js", import.meta.url);
  await Promise.all(Array.from({ length: WRITERS }, () => runChild(writer, order)));
}

function sendOnce(root: string, sender: Sender, latencyMs: number): Promise<Sent> {
  return sender === "loop"
    ? loopOnce(latencyMs)
    : shipOnce(join(root, sender), join(root, "copy"), latencyMs);
}

async function loopOnce(latencyMs: number): Promise<Sent> {
  const count = latencyMs === 0 ? recordsTotal : recordsTotal * LOOP_LATENT_SHARE;
  const loop = new URL("./loop.js", import.meta.url);
  const run = (url: string): Promise<Usage> =>
    runChild(loop, { url, records: count } satisfies LoopOrder, LOOP_ENV);
  return {
    records: count,
    ...(await withCloud({ latencyMs, records: count }, { [LOOP_WRITER]: count }, run)),
  };
}

/** The shipper deletes what it has delivered, so each run gets a copy of the backlog. */
async function shipOnce(backlogDir: string, dir: string, latencyMs: number): Promise<Sent> {
  cpSync(backlogDir, dir, { recursive: true });
  try {
    const expected = Object.fromEntries(
      listJournals(dir).map((journal) => [basename(journal), recordsTotal / WRITERS]),
    );
    const run = (url: string): Promise<Usage> => ship(dir, url);
    return {
      records: recordsTotal,
      ...(await withCloud({ latencyMs, records: recordsTotal }, expected, run)),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function shipNothing(dir: string): Promise<Usage> {
  mkdirSync(dir);
  return ship(dir, "http://127.0.0.1:9");
}
