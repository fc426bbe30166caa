import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { append, openJournal, temporaryFolder } from "../journal/journal.cases.js";
import { shippersFolder } from "../ship/report.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { ownIdentity } from "../system/process.js";
import { PROCESS, shipperOf } from "./facts.cases.js";
import { Overviews, readOverview } from "./read-overview.js";
import { statusLines } from "./status-text.js";

test("what was read a moment ago is given out again, and read once for all who ask", async (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock();
  const { journal } = openJournal(dir);
  append(journal, "one");
  const overviews = new Overviews({ buffer: { kind: "journal", dir }, clock });
  const first = overviews.read();
  assert.equal(overviews.read(), first);
  assert.equal((await first).waiting.records, 1);
  append(journal, "two");
  clock.advance(999);
  assert.equal((await overviews.read()).waiting.records, 1);
  clock.advance(1);
  const { waiting, rates } = await overviews.read();
  assert.deepEqual([waiting.records, rates], [2, { overMs: 1000, inRecords: 1, outRecords: 0, outBytes: 0 }]);
  await overviews.close();
  journal.close();
});

test("reading that takes long is done the more rarely", async (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock();
  const { journal } = openJournal(dir);
  append(journal, "one");
  const overviews = new Overviews({ buffer: { kind: "journal", dir }, clock });
  const { eventsHandled } = clock;
  const slow = Object.assign(clock, {
    // Each look at the clock takes so long.
    elapsed: () => {
      clock.advance(100);
      return clock.now() - Date.UTC(2026, 0, 1);
    },
    eventsHandled,
  });
  const first = await overviews.read();
  slow.advance(1000);
  assert.equal(await overviews.read(), first);
  slow.advance(5000);
  assert.notEqual(await overviews.read(), first);
  journal.close();
});

test("the shipper of this process is told as it is now, and no report tells the key of its page", async (t) => {
  const dir = temporaryFolder(t);
  const page = { url: "http://127.0.0.1:8001", key: "the-key" };
  const own = () => shipperOf({ page, sink: "as it is now", process: { ...PROCESS, pid: process.pid } });
  const overview = await readOverview({ buffer: { kind: "journal", dir }, own });
  assert.deepEqual(
    overview.shippers.map(({ sink, page: url }) => [sink, url]),
    [["as it is now", page.url]],
  );
  assert.doesNotMatch(JSON.stringify(overview), /the-key/);
  assert.equal(overview.deadLetters.bytesMax, 1000);
});

const SINCE = { startedAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z" };
const REPORTS: readonly [what: string, report: object, told: RegExp][] = [
  ["nothing but who it is", {}, /\? +.*closed/],
  [
    "that of the version before, held up",
    {
      ...{
        sink: "CloudWatch here",
        batchesInFlight: 0,
        refused: [],
        counts: { deliveredRecords: 3, failures: {} },
      },
      trouble: { cause: "network", detail: "no route", sinceMs: 0, retryAtMs: 0 },
      alerts: { gathered: 0, channels: {} },
    },
    /CloudWatch here +.*open +3/,
  ],
];
for (const [what, report, told] of REPORTS) {
  test(`a report that lacks what this version writes is shown all the same: ${what}`, async (t) => {
    const dir = temporaryFolder(t);
    mkdirSync(shippersFolder(dir));
    const path = join(shippersFolder(dir), `${process.pid}-old.json`);
    writeFileSync(path, JSON.stringify({ process: ownIdentity(), ...SINCE, ...report }));
    const overview = await readOverview({ buffer: { kind: "journal", dir } });
    const text = statusLines(overview)
      .map((line) => line.text)
      .join("\n");
    assert.match(text, told);
    assert.equal(overview.deadLetters.bytesMax, undefined);
  });
}

test("of very many journals those with trouble and those with most are told, and all are counted", async (t) => {
  const dir = temporaryFolder(t);
  for (let n = 0; n < 230; n++) {
    const writer = `w${n}`;
    mkdirSync(join(dir, writer));
    const info = {
      version: 1,
      writer,
      service: "s",
      host: "h",
      process: PROCESS,
      shipper: "any",
      dropped: { x: 1 },
    };
    // One of a copy is trouble.
    writeFileSync(
      join(dir, writer, "writer.json"),
      JSON.stringify({ ...info, writer: n === 229 ? "w0" : writer }),
    );
  }
  const { journal } = openJournal(dir);
  append(journal, "one");
  const { writers, writersMore, journals, health } = await readOverview({ buffer: { kind: "journal", dir } });
  assert.deepEqual([writers.length, writersMore, journals.journals, journals.unreadable], [200, 31, 231, 1]);
  assert.deepEqual([writers[0]!.error !== undefined, writers[1]!.writer], [true, "writer"]);
  assert.deepEqual([journals.dropped, journals.lagRecords, journals.waiting.records], [{ x: 230 }, 1, 1]);
  assert.match(health.problems[0]!, /is a copy of the journal/);
  journal.close();
});

test("a store that takes connections and says nothing is told in time, and what is here is told with it", async (t) => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.after(() => silent.close());
  const { port } = silent.address() as { port: number };
  const dir = temporaryFolder(t);
  writeFileSync(join(dir, "dead"), "no folder");
  const overviews = new Overviews({
    buffer: { kind: "redis", dir, url: `redis://user:secret@127.0.0.1:${port}` },
    storeLookMs: 50,
  });
  const { store, health, waiting } = await overviews.read();
  assert.match(`${store?.error}`, /no answer within 50 ms/);
  assert.match(
    health.problems.join("\n"),
    /^the store cannot be read: .*\ndead letters cannot be looked at: ENOTDIR/,
  );
  assert.deepEqual([health.healthy, waiting.records], [false, 0]);
  assert.doesNotMatch(JSON.stringify({ store, health }), /secret/);
  await overviews.close();
});
