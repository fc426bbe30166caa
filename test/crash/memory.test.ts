/**
 * G7 and G5: an application that logs at full speed while nobody ships pays bounded memory and disk, and every record
 * that its full journal drops is counted and reported in the stream.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { Program, until } from "../harness/program.js";
import { eventsOf } from "./harness/kill-round.js";
import { shipHere } from "./harness/shipping.js";
import type { FillPlan, FillReport } from "./programs/fill.js";

const MIB = 1 << 20;
const JOURNAL_BYTES_MAX = 64 * MIB;
const FILL_BYTES = 400 * MIB;
const WARM_UP_BYTES = 200 * MIB;
/** What the heap may grow between two collections; logging 200 MiB more must not show. */
const RSS_GROWTH_BYTES_MAX = 30 * MIB;

async function fill(context: TestContext, whenFull: FillPlan["whenFull"]) {
  const cloud = await FakeCloudWatch.start({ quotas: false });
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-memory-"));
  const application = Program.start("crash/programs/fill", {
    dir,
    journalBytesMax: JOURNAL_BYTES_MAX,
    whenFull,
    bytes: FILL_BYTES,
    warmUpBytes: WARM_UP_BYTES,
  } satisfies FillPlan);
  context.after(async () => {
    await application.end();
    await cloud.stop();
    rmSync(dir, { recursive: true });
  });
  await application.said((stdout) => stdout.includes("\n"));
  const report = lastReport(application.stdout);
  const growth = report.rssPeakBytes - report.rssWarmBytes;
  context.diagnostic(
    `${report.calls} calls, ${report.dropped} dropped; RSS ${mib(report.rssWarmBytes)} MiB, then ${mib(growth)} MiB more`,
  );
  assert.ok(growth <= RSS_GROWTH_BYTES_MAX, `the process has grown by ${mib(growth)} MiB`);
  const used = diskBytes(dir);
  assert.ok(used <= JOURNAL_BYTES_MAX, `the journal takes ${mib(used)} MiB`);
  assert.ok(used > JOURNAL_BYTES_MAX / 2, `the journal takes only ${mib(used)} MiB of its room`);
  assert.ok(report.dropped > 0, "the journal was full");
  return { cloud, dir, application, report };
}

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}

function lastReport(stdout: string): FillReport {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as FillReport;
}

/** Of the segments, the spare one included. */
function diskBytes(dir: string): number {
  let bytes = 0;
  for (const journal of listJournals(dir)) {
    for (const name of readdirSync(journal).filter((file) => file.endsWith(".seg"))) {
      bytes += statSync(join(journal, name)).blocks * 512;
    }
  }
  return bytes;
}

/** What is in the stream: the numbers of the calls, the seqs of all records, and what the reports say was dropped. */
function read(cloud: FakeCloudWatch) {
  const numbers: number[] = [];
  const seqs: number[] = [];
  let reported = 0;
  for (const { message } of eventsOf(cloud, "fill")) {
    const { data, metadata, id } = JSON.parse(message) as {
      data: string;
      metadata: { n?: number; dropped?: number; by_type?: Record<string, number> };
      id: string;
    };
    seqs.push(Number(id.slice(id.lastIndexOf("-") + 1)));
    if (metadata.n !== undefined) {
      numbers.push(metadata.n);
      continue;
    }
    const { dropped, by_type } = metadata;
    assert.equal(
      data,
      `${dropped!.toLocaleString("en-US")} record${dropped === 1 ? "" : "s"} dropped: journal full`,
    );
    assert.equal(
      Object.values(by_type!).reduce((sum, records) => sum + records, 0),
      dropped,
    );
    reported += dropped!;
  }
  return { numbers, seqs, reported };
}

function assertRising(values: readonly number[]): void {
  assert.ok(
    values.every((value, index) => index === 0 || value > values[index - 1]!),
    "the series is broken",
  );
}

test("drop-newest: memory stays flat, the journal stops at its cap, and the stream tells exactly what is missing", async (context) => {
  const { cloud, dir, application } = await fill(context, "drop-newest");
  // The application is silent now, and still tells of its drops as soon as there is room.
  await until(
    async () => {
      await shipHere(dir, cloud);
      return read(cloud).reported > 0;
    },
    () => "no report of the drops arrived",
  );
  const last = lastReport((await application.finish()).stdout);
  await shipHere(dir, cloud);
  const { numbers, seqs, reported } = read(cloud);
  assertRising(numbers);
  assertRising(seqs);
  assert.equal(reported, last.dropped, "the reports say what the logger counted");
  assert.equal(numbers.length + last.dropped, last.calls, "what is missing was dropped");
  assert.equal(seqs.length, last.logged, "everything that got a seq is delivered");
  assert.deepEqual(listJournals(dir), []);
});

test("drop-oldest: memory stays flat, the newest records are there, and the stream tells exactly what is missing", async (context) => {
  const { cloud, dir, application } = await fill(context, "drop-oldest");
  const last = lastReport((await application.finish()).stdout);
  await shipHere(dir, cloud);
  const { numbers, seqs, reported } = read(cloud);
  assertRising(numbers);
  assertRising(seqs);
  assert.equal(numbers.at(-1), last.calls - 1, "the newest record is there");
  assert.equal(seqs.length + last.dropped, last.logged, "what is missing was dropped");
  assert.equal(reported, last.dropped, "the reports say what the logger counted");
  assert.deepEqual(listJournals(dir), []);
});
