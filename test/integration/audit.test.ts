/** `dragonlog audit` end to end: real loggers, a real shipper, and destinations that someone tampers with. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { AuditReport } from "../../src/audit/report.js";
import { audit } from "../../src/audit/run-audit.js";
import { systemClock } from "../../src/system/clock.js";
import type { FakeCloudWatch } from "../../src/testing/index.js";
import { ended } from "./cli.js";
import { GROUP, logNumbers, Shipping } from "./shipping.js";

const HOUR_MS = 3_600_000;
const WRITER = "w23456789012";

type Report = Pick<AuditReport, "events" | "foreign" | "totals" | "writers"> & {
  readonly complete: boolean;
  readonly stream: string | null;
};

interface Audited {
  readonly code: number | null;
  readonly report: Report;
  readonly stderr: string;
}

async function auditOf(shipping: Shipping, ...flags: string[]): Promise<Audited> {
  const { code, stdout, stderr } = await shipping.cli.run(["audit", "--group", GROUP, "--json", ...flags]);
  assert.ok(stdout.length > 0, stderr);
  return { code, report: JSON.parse(`${stdout}`), stderr };
}

/** A folder of files as destination. */
async function withDirectory(context: TestContext) {
  const shipping = await Shipping.open(context);
  const out = join(shipping.cli.dir, "out");
  const to = ["--to", `directory:${out}`];
  const ship = async () => {
    const { code, stderr } = await shipping.cli.run(["ship", "--once", "--group", GROUP, ...to]);
    assert.equal(code, 0, stderr);
  };
  const folderOf = (stream: string) => join(out, GROUP, stream);
  const fileOf = (stream: string) => join(folderOf(stream), readdirSync(folderOf(stream))[0]!);
  const change = (stream: string, by: (lines: string[]) => string[]) => {
    const lines = readFileSync(fileOf(stream), "utf8").trimEnd().split("\n");
    writeFileSync(
      fileOf(stream),
      by(lines)
        .map((line) => `${line}\n`)
        .join(""),
    );
  };
  return { shipping, ship, change, audited: (...flags: string[]) => auditOf(shipping, ...to, ...flags) };
}

test("a directory that holds everything is complete, and what is taken out, doubled or shuffled is found", async (context) => {
  const { shipping, ship, change, audited } = await withDirectory(context);
  await shipping.log(500);
  await shipping.log(300, "api");
  await ship();
  const whole = await audited();
  assert.equal(whole.code, 0);
  assert.deepEqual(whole.report.writers.map(({ found, first, last }) => [found, first, last]).sort(), [
    [300, 0, 299],
    [500, 0, 499],
  ]);

  change("web", (lines) => [
    ...lines.slice(0, 100),
    "not ours",
    ...lines.slice(110, 200),
    ...lines.slice(210, 220),
    ...lines.slice(200, 210),
    ...lines.slice(220),
    ...lines.slice(490),
  ]);
  const { code, report } = await audited();
  assert.equal(code, 1);
  const { missing, doubled, outOfOrder, found } = report.totals;
  assert.deepEqual(
    { missing, doubled, outOfOrder, found },
    { missing: 10, doubled: 10, outOfOrder: 10, found: 790 },
  );
  assert.equal(report.foreign, 1);
  assert.deepEqual(report.writers[0]!.missingFirst, [[100, 109]]);
  assert.deepEqual([report.writers.length, report.writers[1]!.missing], [2, 0]);
});

test("people read the verdict, what is missing of whom, and what the figures do not say", async (context) => {
  const { shipping, ship, change } = await withDirectory(context);
  await shipping.log(20);
  await ship();
  const to = `directory:${join(shipping.cli.dir, "out")}`;
  const read = async () => shipping.cli.run(["audit", "--group", GROUP, "--to", to]);
  const whole = await read();
  assert.equal(whole.code, 0);
  assert.match(`${whole.stdout}`, /^nothing is missing: 20 records found$/m);
  change("web", (lines) => lines.slice(3));
  const cut = await read();
  assert.equal(cut.code, 1);
  assert.match(`${cut.stdout}`, /^missing of \w{12}: 0-2$/m);
  assert.match(`${cut.stdout}`, /^3 records missing, 17 found$/m);
  assert.match(`${cut.stdout}`, /audit with --since/);
  rmSync(join(shipping.cli.dir, "out"), { recursive: true });
  const nothing = await read();
  assert.equal(nothing.code, 1);
  assert.match(
    `${nothing.stdout}`,
    /no records of dragonlog, so nothing is proven: is it the right destination/,
  );
});

test("records that a writer sent to other streams are looked for there before they are called missing", async (context) => {
  const { shipping, ship, change, audited } = await withDirectory(context);
  const logger = shipping.logger();
  for (let n = 0; n < 30; n++) logger.log({ service: n % 3 === 1 ? "api" : "web", data: n });
  await logger.close();
  await ship();
  const one = await audited("--stream", "web");
  assert.equal(one.code, 0);
  assert.equal(one.report.stream, "web");
  assert.deepEqual([one.report.totals.found, one.report.totals.foundLater], [30, 10]);
  change("api", (lines) => lines.slice(1));
  const cut = await audited("--stream", "web");
  assert.equal(cut.code, 1);
  assert.deepEqual(cut.report.writers[0]!.missingFirst, [[1, 1]]);
});

test("what the writer had to drop, and says so, is no loss", async (context) => {
  const { shipping, ship, audited } = await withDirectory(context);
  const logger = shipping.logger("web", {
    whenFull: "drop-oldest",
    segmentBytes: 65_536,
    journalBytesMax: 196_608,
  });
  for (let n = 0; n < 1000; n++) logger.info("x".repeat(900), { n });
  await logger.close();
  const dropped = logger.stats().dropped["journal full"]!;
  assert.ok(dropped > 100);
  await ship();
  const { code, report } = await audited();
  assert.equal(report.totals.missing, 0);
  assert.equal(code, 0);
  assert.equal(report.totals.dropped, report.writers[0]!.first);
  assert.ok(report.totals.dropped > 0 && report.totals.dropped <= dropped);
});

test("what still waits in a journal of this machine is not missing", async (context) => {
  const { shipping, ship, change, audited } = await withDirectory(context);
  const logger = shipping.logger();
  logNumbers(logger, 10);
  await logger.flush();
  await ship();
  logNumbers(logger, 10, 10);
  await logger.flush();
  // The last one arrives before the others, as when batches are on their way side by side.
  change("web", (lines) => [...lines, lines.at(-1)!.replace(/-9"}$/, '-19"}')]);
  const { code, report } = await audited();
  assert.deepEqual([report.totals.waiting, report.totals.missing, code], [9, 0, 0]);
});

test("a window begins in the middle of a series; a writer that began within it must be whole", async (context) => {
  const { shipping, ship, change, audited } = await withDirectory(context);
  const logger = shipping.logger();
  logNumbers(logger, 10);
  await logger.flush();
  await ship();
  const cutOff = (lines: string[]) => lines.slice(4);
  change("web", cutOff);
  const within = await audited("--since", "1h");
  assert.equal(within.code, 1, "its journal says that it began within the hour");
  assert.deepEqual(within.report.writers[0]!.missingFirst, [[0, 3]]);
  await logger.close();
  await ship();
  const unknown = await audited("--since", "1h");
  assert.equal(unknown.code, 0, "nobody knows any more when it began");
  assert.deepEqual([unknown.report.totals.before, unknown.report.totals.missing], [4, 0]);
  assert.equal((await audited()).code, 1);
});

test("CloudWatch is read back through short pages, throttling and lost answers", async (context) => {
  const shipping = await Shipping.open(context);
  const { cloud } = shipping;
  await shipping.log(12_000);
  const { code: shipped, stderr } = await shipping.shipOnce();
  assert.equal(shipped, 0, stderr);
  const operation = "FilterLogEvents";
  cloud.faults.add({ kind: "short-page", calls: 1 });
  cloud.faults.add({ kind: "short-page", eventsMax: 7, calls: 1 });
  cloud.faults.add({ kind: "throttle", operation, calls: 1 });
  cloud.faults.add({ kind: "unavailable", operation, calls: 1 });
  cloud.faults.add({ kind: "store-then-cut", operation, calls: 1 });
  cloud.faults.add({ kind: "latency", operation, ms: 20 });
  const { code, report } = await auditOf(shipping, "--endpoint", cloud.url, "--since", "1h");
  assert.equal(code, 0);
  const { found, missing, doubled, outOfOrder } = report.totals;
  assert.deepEqual(
    { found, missing, doubled, outOfOrder },
    { found: 12_000, missing: 0, doubled: 0, outOfOrder: 0 },
  );
  assert.equal(cloud.faults.list().length, 1, "every other fault was met");
});

test("records that became dead letters are told apart from lost ones", async (context) => {
  const shipping = await Shipping.open(context);
  shipping.cloud.faults.add({ kind: "poison", message: '"n":5}' });
  await shipping.log(10);
  await shipping.shipOnce("--backoff-base", "1ms");
  assert.equal(shipping.deadLetterCount(), 1);
  const { code, report } = await auditOf(shipping, "--endpoint", shipping.cloud.url);
  assert.deepEqual([report.totals.dead, report.totals.missing, report.totals.found], [1, 0, 9]);
  assert.equal(code, 0);
});

/** Puts records with these seqs, `atMs` and on, as a writer elsewhere would have done. */
async function putSeqs(cloud: FakeCloudWatch, seqs: readonly number[], atMs: number): Promise<void> {
  const client = new CloudWatchLogsClient(cloud.clientConfig());
  const names = { logGroupName: GROUP, logStreamName: "web" };
  try {
    if (cloud.groups().length === 0) {
      await client.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
      await client.send(new CreateLogStreamCommand(names));
    }
    const logEvents = seqs.map((seq) => ({
      timestamp: atMs + seq,
      message: `{"data":1,"id":"${WRITER}-${seq}"}`,
    }));
    await client.send(new PutLogEventsCommand({ ...names, logEvents }));
  } finally {
    client.destroy();
  }
}

test("what CloudWatch does not hold is missing", async (context) => {
  const shipping = await Shipping.open(context);
  await putSeqs(shipping.cloud, [0, 1, 4, 5, 7], Date.now() - HOUR_MS);
  const { code, report } = await auditOf(shipping, "--endpoint", shipping.cloud.url, "--stream", "web");
  assert.equal(code, 1);
  const [verdict] = report.writers;
  assert.deepEqual([verdict!.writer, verdict!.missing], [WRITER, 3]);
  assert.deepEqual(verdict!.missingFirst, [
    [2, 3],
    [6, 6],
  ]);
});

test("a hole among the youngest is given time to be shown before it is called a loss", async (context) => {
  const { cloud, cli } = await Shipping.open(context);
  Object.assign(process.env, cli.env);
  await putSeqs(cloud, [0, 1, 3], Date.now());
  const pauses: number[] = [];
  const clock = {
    ...systemClock,
    after(ms: number, callback: () => void) {
      pauses.push(ms);
      void putSeqs(cloud, [2], Date.now()).then(callback);
      return () => undefined;
    },
  };
  const dir = join(cli.dir, "journal");
  const options = { to: { kind: "cloudwatch" }, group: GROUP, stream: "{service}", json: true } as const;
  const place = {
    endpoint: cloud.url,
    region: "us-east-1",
    journalDir: dir,
    buffer: { kind: "journal", dir },
  } as const;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin: new PassThrough(), stdout, stderr, signal: new AbortController().signal };
  assert.equal(await audit({ ...options, ...place }, io, clock), 0);
  const report: Report = JSON.parse(`${stdout.read()}`);
  assert.deepEqual([report.totals.foundLater, report.totals.missing], [1, 0]);
  assert.equal(pauses.length, 1);
  assert.ok(pauses[0]! > 0 && pauses[0]! <= 10_000, `${pauses}`);
});

test("an audit that is ended, refused or asked for the impossible proves nothing", async (context) => {
  const shipping = await Shipping.open(context);
  await putSeqs(shipping.cloud, [0, 1], Date.now() - HOUR_MS);
  const endpoint = ["--endpoint", shipping.cloud.url];

  const hang = shipping.cloud.faults.add({ kind: "hang", operation: "FilterLogEvents" });
  const child = shipping.cli.start("audit", "--group", GROUP, ...endpoint);
  const end = ended(child);
  await shipping.cloud.until(({ unanswered }) => (unanswered.hang ?? 0) > 0, 60_000);
  child.kill("SIGTERM");
  const stopped = await end;
  assert.equal(stopped.code, 1);
  assert.match(stopped.stderr, /nothing is proven/);
  assert.equal(`${stopped.stdout}`, "");
  hang.clear();

  const typo = await shipping.cli.run(["audit", "--group", "no-such-group", "--json", ...endpoint]);
  assert.equal(typo.code, 1);
  assert.equal(JSON.parse(`${typo.stdout}`).complete, false);

  shipping.cloud.faults.add({ kind: "deny", operation: "FilterLogEvents" });
  const denied = await shipping.cli.run(["audit", "--group", GROUP, ...endpoint]);
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /Allow logs:FilterLogEvents/);

  for (const flags of [
    ["--to", "stdout"],
    ["--group", "{type}"],
    ["--since", "yesterday"],
  ]) {
    assert.equal((await shipping.cli.run(["audit", ...flags, ...endpoint])).code, 2, flags.join(" "));
  }
});

test("a long read says how far it is", async (context) => {
  const shipping = await Shipping.open(context);
  await putSeqs(shipping.cloud, [0, 1], Date.now() - HOUR_MS);
  Object.assign(process.env, shipping.cli.env);
  let now = Date.now();
  const clock = {
    now: () => (now += 6000),
    elapsed: () => now,
    after: () => () => undefined,
    eventsHandled: async () => {},
  };
  for (const isTTY of [false, true]) {
    shipping.cloud.faults.add({ kind: "short-page", eventsMax: 1, calls: 2 });
    const dir = join(shipping.cli.dir, "journal");
    const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })];
    const io = { stdin: new PassThrough(), stdout, stderr, signal: new AbortController().signal };
    const options = { to: { kind: "cloudwatch" }, group: GROUP, stream: "web", json: false } as const;
    const place = { endpoint: shipping.cloud.url, region: "us-east-1", journalDir: dir } as const;
    await audit({ ...options, ...place, buffer: { kind: "journal", dir } }, io, clock);
    const text = `${stderr.read()}`;
    assert.match(text, /dragonlog audit: [12] events read, at \d{4}-/);
    assert.equal(text.startsWith("\r"), isTTY);
    assert.equal(text.endsWith(isTTY ? "\r" : "\n"), true);
  }
});
