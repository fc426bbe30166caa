/** `journal: false`: records wait in RAM until a real store takes them. What is lost by what, and that it is counted. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { listJournals } from "../../src/buffer/journal.js";
import { readForwarderReports } from "../../src/forward/report.js";
import { DragonLogger } from "../../src/index.js";
import type { LoggerOptions } from "../../src/logger/types.js";
import type { DragonlogError } from "../../src/system/errors.js";
import { until } from "../harness/program.js";
import { noRedisServer } from "../harness/redis-server.js";
import { Forwarding, TestShipper } from "./forwarding.js";
import { App } from "./in-app.js";
import type { Order } from "./programs/in-app.js";
import { logNumbers } from "./shipping.js";

const skip = noRedisServer;
const SEGMENT_BYTES = 64 << 10;
const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, n) => from + n);

async function open(context: TestContext) {
  const forwarding = await Forwarding.open(context);
  const { shipping, server } = forwarding;
  const troubles: DragonlogError[] = [];
  const own = { buffer: server.url, journal: false, linger: 5, drainDeadline: "20s" };
  return {
    forwarding,
    shipping,
    server,
    own,
    troubles,
    /** In this process. */
    logger: (options: Partial<LoggerOptions> = {}) =>
      shipping.logger("web", { ...own, onTrouble: (error) => void troubles.push(error), ...options }),
    seqs: async () => {
      // The store may have come back just now, and the connection not yet.
      await forwarding.untilStored(1);
      return [...(await forwarding.stored()).values()].flat();
    },
  };
}

/** What reports of drops say, from all lines in the store. */
async function droppedBy(forwarding: Forwarding): Promise<Record<string, number>> {
  const dropped: Record<string, number> = {};
  for (const line of await forwarding.lines()) {
    const { metadata } = JSON.parse(line) as { metadata: { dropped?: number; cause: string } };
    if (metadata.dropped !== undefined)
      dropped[metadata.cause] = (dropped[metadata.cause] ?? 0) + metadata.dropped;
  }
  return dropped;
}

test("records reach the cloud by way of the store, and no journal is there", { skip }, async (context) => {
  const { forwarding, shipping, server, logger: newLogger } = await open(context);
  const logger = newLogger();
  logNumbers(logger, 5000);
  await logger.flush();
  assert.equal(await forwarding.storedCount(), 5000);
  const { state, logged, dropped } = logger.stats();
  assert.deepEqual([state, logged, dropped], ["ram", 5000, {}]);
  assert.deepEqual(listJournals(shipping.dir), []);
  const [report] = readForwarderReports(shipping.dir);
  assert.equal(report?.process.pid, process.pid);
  const shipped = await shipping.shipOnce("--buffer", server.url);
  assert.equal(shipped.code, 0, `${shipped.stderr}`);
  shipping.assertArrived(5000);
  await logger.close();
  assert.equal(logger.stats().state, "closed");
});

for (const [whenFull, isKept] of [
  ["drop-newest", (seqs: number[]) => assert.deepEqual(seqs, upTo(seqs.length))],
  [
    "drop-oldest",
    (seqs: number[]) => assert.deepEqual(seqs, upTo(seqs.at(-1)! + 1).slice(-seqs.length), "the last ones"),
  ],
] as const) {
  test(`while the store is away RAM fills up to its bound, ${whenFull}; the rest goes on in order`, {
    skip,
  }, async (context) => {
    const { forwarding, server, logger: newLogger, troubles, seqs } = await open(context);
    await server.kill();
    const journalBytesMax = 4 * SEGMENT_BYTES;
    const logger = newLogger({ whenFull, segmentBytes: SEGMENT_BYTES, journalBytesMax });
    for (let n = 0; n < 20_000; n += 100) {
      logNumbers(logger, 100, n);
      assert.ok(logger.stats().journalBytes <= journalBytesMax);
      await new Promise(setImmediate);
    }
    const before = logger.stats();
    assert.ok(before.dropped["memory full"]! > 10_000);
    assert.ok(troubles.some(({ code }) => code === "DRAGONLOG_BUFFER_FULL"));
    await server.start();
    await logger.flush();
    logNumbers(logger, 10, 20_000);
    await logger.close();
    const { dropped, logged } = logger.stats();
    assert.deepEqual(Object.keys(dropped), ["memory full"]);
    const stored = await seqs();
    isKept(stored);
    // A report is a record, too; each that was dropped never had a seq, or had one and is counted.
    assert.equal(logged - stored.length, whenFull === "drop-oldest" ? dropped["memory full"] : 0);
    assert.deepEqual(await droppedBy(forwarding), dropped);
  });
}

test("SIGKILL loses what the store had not taken, and nothing else", { skip }, async (context) => {
  const { forwarding, shipping, server, own, seqs } = await open(context);
  const app = new App(shipping);
  await forwarding.openIn(app, "web", own);
  await app.log("web", 100);
  await forwarding.untilStored(100);
  server.pause();
  await app.log("web", 20_000, 100);
  await app.kill();
  server.resume();
  const next = new App(shipping);
  await forwarding.openIn(next, "web", own);
  await next.log("web", 1000);
  await next.order({ close: "web" });
  await next.finish();
  const stored = [...(await forwarding.stored()).values()].sort((a, b) => b.length - a.length);
  const killed = stored.find((each) => each.length !== 1000)!;
  assert.deepEqual(killed, upTo(killed.length));
  assert.ok(killed.length >= 100 && killed.length < 20_100, `${killed.length}`);
  assert.equal((await seqs()).length, killed.length + 1000);
});

test("process.exit right after logging, an error that nobody caught, and the end of a program give the last records a moment", {
  skip,
}, async (context) => {
  const { forwarding, shipping, own } = await open(context);
  const endings: Order[] = [{ exit: 3 }, { fail: "as no one expected" }, { end: true }];
  for (const [n, end] of endings.entries()) {
    const app = new App(shipping);
    await forwarding.openIn(app, "web", own);
    await app.log("web", 1);
    await forwarding.untilStored(3001 * n + 1);
    await app.log("web", 3000, 1);
    app.tell(end);
    await app.end;
    assert.equal(await forwarding.storedCount(), 3001 * (n + 1), JSON.stringify(end));
  }
});

test("close gives up at its deadline while the store is away, and says what is lost by that", {
  skip,
}, async (context) => {
  const { server, logger: newLogger, troubles } = await open(context);
  await server.kill();
  const logger = newLogger({ drainDeadline: "200ms" });
  logger.warn("one");
  logNumbers(logger, 99);
  await logger.close();
  assert.deepEqual(logger.stats().dropped, { "not stored": 100 });
  await until(
    () =>
      troubles.some(({ message }) =>
        /^100 records were not taken by the store before their logger was closed/.test(message),
      ),
    () => "nobody was told",
  );
  await logger.close();
  assert.deepEqual(logger.stats().dropped, { "not stored": 100 });
});

test("what the store loses is lost and counted; nobody waits for it, and what comes later goes on in order", {
  skip,
}, async (context) => {
  const { forwarding, server, logger: newLogger, troubles } = await open(context);
  const first = TestShipper.start(context, forwarding);
  const logger = newLogger();
  logNumbers(logger, 1000);
  await first.untilDelivered(1000);
  await first.stop();
  logNumbers(logger, 2000, 1000);
  logger.error("one");
  await logger.flush();
  const [before] = readForwarderReports(forwarding.shipping.dir);
  assert.equal(before?.counts.lostRecords, 0);
  await server.command("FLUSHALL");
  await until(
    () => (logger.stats().dropped["lost by the store"] ?? 0) > 0,
    () => JSON.stringify(logger.stats()),
  );
  assert.match(
    troubles.at(-1)!.hint,
    /Without a journal, what no shipper had delivered is lost: \d+ records/,
  );
  const lost = logger.stats().dropped["lost by the store"]!;
  // What was delivered just before may be counted, too.
  assert.ok(lost >= 2001 && lost <= 3001, `${lost}`);
  logNumbers(logger, 1000, 3000);
  await logger.close();
  assert.deepEqual(await droppedBy(forwarding), { "lost by the store": lost });
  const next = TestShipper.start(context, forwarding);
  await next.untilDelivered(1001);
  assert.deepEqual([...next.delivered.values()], [upTo(4002, 3001)]);
});

test("a worker that dies loses nothing: the records are in the memory of the thread that logs", {
  skip,
}, async (context) => {
  const { forwarding, shipping, server, own, seqs } = await open(context);
  const app = new App(shipping, { preload: "die-once.js" });
  await server.kill();
  await forwarding.openIn(app, "web", own);
  await app.log("web", 5000);
  await until(
    () => app.troubles.some(({ message }) => /a defect in the worker/.test(message)),
    () => JSON.stringify(app.troubles),
  );
  await server.start();
  await app.log("web", 5000, 5000);
  await app.order({ close: "web" });
  await app.finish();
  assert.deepEqual(await seqs(), upTo(10_000));
});

test("each worker thread is a writer of its own", { skip }, async (context) => {
  const { forwarding, own } = await open(context);
  const options = { service: "web", ...own, journalDir: "/dev/null/no-folder" };
  const program = new URL("./programs/no-journal-thread.js", import.meta.url);
  const threads = [1, 2].map(() => new Worker(program, { workerData: { options, count: 1000 } }));
  await Promise.all(threads.map((thread) => once(thread, "exit")));
  assert.deepEqual([...(await forwarding.stored()).values()], [upTo(1000), upTo(1000)]);
});

test("run and pipe take --no-journal, and say what the store has not taken", { skip }, async (context) => {
  const { forwarding, shipping, server } = await open(context);
  const { cli } = shipping;
  const flags = ["--service", "web", "--buffer", server.url, "--no-journal", "--drain-deadline", "300ms"];
  const piped = await cli.run(["pipe", ...flags, "--drain-deadline", "20s"], "one\ntwo\n");
  assert.deepEqual([piped.code, piped.stderr], [0, ""]);
  const command = ["--", process.execPath, "-e", "console.log(3); process.exit(7)"];
  const ran = await cli.run(["run", ...flags, "--drain-deadline", "20s", ...command]);
  assert.deepEqual([ran.code, ran.stderr], [7, ""]);
  assert.equal(await forwarding.storedCount(), 3);
  assert.deepEqual(listJournals(shipping.dir), []);
  await server.kill();
  const lost = await cli.run(["pipe", ...flags], "one\ntwo\n");
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /Not every line was kept as it was: not stored \(2\)/);
});

test("without a store, and without shipping by itself, it is refused, in code and as a flag", async (context) => {
  const message = /^journal of new DragonLogger\(\) can be false with to, or a buffer in a store, only/;
  const refused = { code: "DRAGONLOG_OPTION_INVALID", message, hint: /redis:\/\/host/ };
  assert.throws(() => new DragonLogger({ service: "web", journal: false }), refused);
  const { cli } = (await Forwarding.open(context)).shipping;
  for (const command of [["pipe"], ["run", "--", "true"]]) {
    const [name, ...rest] = command as [string, ...string[]];
    const { code, stderr } = await cli.run([name, "--service", "web", "--no-journal", ...rest]);
    assert.equal(code, 2);
    assert.match(stderr, /--journal can be false with a buffer in a store only/);
  }
});
