/** Following journals beside real writers and a real shipper, which delete and use again what is being read. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Seen } from "../../src/follow/follower.cases.js";
import type { Start } from "../../src/follow/follower.js";
import { openFollower } from "../../src/follow/open.js";
import { listSegments } from "../../src/journal/folder.js";
import { append, openJournal, temporaryFolder } from "../../src/journal/journal.cases.js";
import { systemClock } from "../../src/system/clock.js";
import { delay, Program, until } from "../harness/program.js";
import type { LogHardPlan } from "./programs/log-hard.js";

const BYTES_MAX = 1 << 20;

async function follow(t: TestContext, dir: string, start: Start): Promise<Seen> {
  const follower = await openFollower({ kind: "journal", dir }, { start, clock: systemClock });
  t.after(() => follower.close());
  return new Seen(follower);
}

function start(t: TestContext, name: "log-hard" | "ship-hard", plan: object): Program {
  const program = Program.start(`integration/programs/${name}`, plan);
  t.after(() => program.end());
  return program;
}

function logHard(t: TestContext, plan: Partial<LogHardPlan> & { readonly dir: string }): Program {
  return start(t, "log-hard", {
    writer: "w",
    records: 20_000,
    options: { journalBytesMax: BYTES_MAX },
    ...plan,
  });
}

/** What the writer says that it logged, once it has. */
async function loggedBy(writer: Program, whileWaiting: () => Promise<unknown>): Promise<number> {
  for (;;) {
    const said = /logged (\d+)/.exec(writer.stdout)?.[1];
    if (said !== undefined) return Number(said);
    await whileWaiting();
    await delay(0);
  }
}

test("who keeps up sees every record of a writer whose segments are delivered, deleted and used again", async (t) => {
  const dir = temporaryFolder(t);
  const { journal } = openJournal(dir, { journalBytesMax: BYTES_MAX });
  t.after(() => journal.closeNow());
  const shipper = start(t, "ship-hard", { dir });
  await shipper.said((out) => out.includes("ships"));
  const seen = await follow(t, dir, { at: "end" });
  let logged = 0;
  for (let round = 0; round < 400; round++) {
    for (let n = 0; n < 40; n++) if (append(journal, "x".repeat(900))) logged++;
    await until(
      async () => {
        await seen.read();
        return seen.records + seen.missed >= journal.nextSeq;
      },
      () => `saw ${seen.records} of ${journal.nextSeq}`,
    );
  }
  assert.deepEqual([seen.records, seen.missed], [journal.nextSeq, 0]);
  assert.ok(logged > 10_000);
  assert.ok(Math.min(...listSegments(journal.folder)) > 100);
});

test("who lags behind hard writers sees or misses each record once", async (t) => {
  const dir = temporaryFolder(t);
  const seen = await follow(t, dir, { at: "end" });
  start(t, "ship-hard", { dir });
  const writers = ["a", "b"].map((writer) => logHard(t, { dir, writer }));
  let reads = 0;
  const logged = await Promise.all(
    writers.map((writer) =>
      loggedBy(writer, async () => {
        reads++;
        // Now in small pieces and now in large ones, with pauses in which the files become other segments.
        await seen.read(reads % 3 === 0 ? 5000 : 200_000);
        if (reads % 50 === 0) await delay(30);
      }),
    ),
  );
  await seen.readAll();
  const total = logged.reduce((sum, each) => sum + each, 0);
  assert.equal(seen.records + seen.missed, total);
  assert.ok(seen.records > 0 && seen.missed > 0, `${seen.records} seen, ${seen.missed} missed`);
  assert.deepEqual(
    ["a", "b"].map((writer) => seen.of(writer).at(-1)),
    logged.map((each) => each - 1),
  );
});

test("who stops reading while all is delivered counts what passed, also where the writer drops its oldest", async (t) => {
  for (const options of [
    { journalBytesMax: BYTES_MAX },
    { journalBytesMax: BYTES_MAX, whenFull: "drop-oldest" as const },
  ]) {
    const dir = temporaryFolder(t);
    if (!("whenFull" in options)) start(t, "ship-hard", { dir });
    const seen = await follow(t, dir, { at: "end" });
    const writer = logHard(t, { dir, options });
    await until(
      async () => {
        await seen.read();
        return seen.records > 0;
      },
      () => "saw nothing",
    );
    const logged = await loggedBy(writer, async () => {});
    await seen.readAll();
    assert.equal(seen.records + seen.missed, logged);
    assert.ok(seen.missed > 1000);
    assert.equal(seen.of("w").at(-1), logged - 1);
  }
});

test("the last records of a writer that is killed are seen, and its journal's end is no trouble", async (t) => {
  const dir = temporaryFolder(t);
  const seen = await follow(t, dir, { at: "end" });
  const writer = logHard(t, { dir, records: 0, options: {} });
  await until(
    async () => {
      await seen.read();
      return seen.records > 2000;
    },
    () => "saw too few",
  );
  await writer.kill();
  await seen.readAll();
  const all = await follow(t, dir, { at: "beginning" });
  await all.readAll();
  assert.deepEqual(seen.of("w"), all.of("w"));
  assert.deepEqual([seen.missed, all.missed, seen.records], [0, 0, seen.of("w").at(-1)! + 1]);

  const shipper = start(t, "ship-hard", { dir });
  await until(
    async () => (await seen.read()) && !existsSync(join(dir, "w")),
    () => "was not removed",
  );
  await shipper.finish();
  const { journal } = openJournal(dir, { writer: "next" });
  append(journal, "goes on");
  await seen.readAll();
  assert.deepEqual([seen.payloads.at(-1), seen.missed], ["goes on", 0]);
  journal.closeNow();
});
