/** Following journals beside real writers and a real shipper, which delete and use again what is being read. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Seen } from "../../src/follow/follower.cases.js";
import type { Start } from "../../src/follow/follower.js";
import { openFollower } from "../../src/follow/open.js";
import { listSegments } from "../../src/journal/folder.js";
import { append, openJournal } from "../../src/journal/journal.cases.js";
import type { Journal } from "../../src/journal/journal.js";
import { systemClock } from "../../src/system/clock.js";
import { delay, Program, until } from "../harness/program.js";
import type { LogHardPlan } from "./programs/log-hard.js";

const BYTES_MAX = 1 << 20;

/** A folder of journals, and whoever works on it. */
class Scene {
  readonly dir = mkdtempSync(join(tmpdir(), "dragonlog-follow-"));
  readonly #ends: (() => unknown)[] = [];

  constructor(t: TestContext) {
    t.after(async () => {
      for (const end of this.#ends) await end();
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  async follow(start: Start): Promise<Seen> {
    const follower = await openFollower({ kind: "journal", dir: this.dir }, { start, clock: systemClock });
    this.#ends.push(() => follower.close());
    return new Seen(follower);
  }

  journal(writer: string): Journal {
    const { journal } = openJournal(this.dir, { writer, journalBytesMax: BYTES_MAX });
    this.#ends.push(() => journal.closeNow());
    return journal;
  }

  async ship(): Promise<Program> {
    const program = this.#start("ship-hard", { dir: this.dir });
    await program.said((out) => out.includes("ships"));
    return program;
  }

  log(plan: Partial<LogHardPlan> = {}): Program {
    const options = { journalBytesMax: BYTES_MAX };
    return this.#start("log-hard", { dir: this.dir, writer: "w", records: 20_000, options, ...plan });
  }

  #start(name: "log-hard" | "ship-hard", plan: object): Program {
    const program = Program.start(`integration/programs/${name}`, plan);
    this.#ends.push(() => program.end());
    return program;
  }
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

/** Waits until some of the segments that are there now are gone, or the writer has logged all. */
async function untilDeleted(folder: string, writer: Program): Promise<void> {
  const first = (): number => (existsSync(folder) ? (listSegments(folder)[0] ?? 0) : 0);
  const before = first();
  await until(
    () => first() > before + 3 || writer.stdout.includes("logged"),
    () => "nothing is deleted",
  );
}

test("who keeps up sees every record of a writer whose segments are delivered, deleted and used again", async (t) => {
  const scene = new Scene(t);
  const journal = scene.journal("w");
  await scene.ship();
  const seen = await scene.follow({ at: "end" });
  for (let round = 0; round < 400; round++) {
    for (let n = 0; n < 40; n++) {
      // Full, as long as the shipper is slower.
      while (!append(journal, "x".repeat(900))) await delay(5);
    }
    await until(
      async () => {
        await seen.read();
        return seen.records + seen.missed >= journal.nextSeq;
      },
      () => `saw ${seen.records} of ${journal.nextSeq}`,
    );
  }
  assert.deepEqual([seen.records, seen.missed], [journal.nextSeq, 0]);
  assert.ok(Math.min(...listSegments(journal.folder)) > 100);
});

test("who lags behind hard writers sees or misses each record once", async (t) => {
  const scene = new Scene(t);
  const seen = await scene.follow({ at: "end" });
  await scene.ship();
  const writers = ["a", "b"].map((writer) => scene.log({ writer }));
  let reads = 0;
  const logged: number[] = [];
  for (const writer of writers) {
    const records = await loggedBy(writer, async () => {
      reads++;
      // Now in small pieces and now in large ones, with pauses in which the files become other segments.
      await seen.read(reads % 3 === 0 ? 5000 : 200_000);
      if (reads % 50 === 0) await untilDeleted(join(scene.dir, "a"), writers[0]!);
    });
    logged.push(records);
  }
  await seen.readAll();
  const total = logged.reduce((sum, each) => sum + each, 0);
  assert.equal(seen.records + seen.missed, total);
  assert.ok(seen.records > 0 && seen.missed > 0, `${seen.records} seen, ${seen.missed} missed`);
  assert.deepEqual(
    ["a", "b"].map((writer) => seen.of(writer).at(-1)),
    logged.map((each) => each - 1),
  );
});

for (const whenFull of ["drop-newest", "drop-oldest"] as const) {
  test(`who stops reading counts what passed meanwhile, ${whenFull}`, async (t) => {
    const scene = new Scene(t);
    if (whenFull === "drop-newest") await scene.ship();
    const seen = await scene.follow({ at: "end" });
    const writer = scene.log({ options: { journalBytesMax: BYTES_MAX, whenFull } });
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
  });
}

test("the last records of a writer that is killed are seen, and its journal's end is no trouble", async (t) => {
  const scene = new Scene(t);
  const seen = await scene.follow({ at: "end" });
  const writer = scene.log({ records: 0, options: {} });
  await until(
    async () => {
      await seen.read();
      return seen.records > 2000;
    },
    () => "saw too few",
  );
  await writer.kill();
  await seen.readAll();
  const all = await scene.follow({ at: "beginning" });
  await all.readAll();
  assert.deepEqual(seen.of("w"), all.of("w"));
  assert.deepEqual([seen.missed, all.missed, seen.records], [0, 0, seen.of("w").at(-1)! + 1]);

  const shipper = await scene.ship();
  await until(
    async () => (await seen.read()) && !existsSync(join(scene.dir, "w")),
    () => "was not removed",
  );
  await shipper.finish();
  append(scene.journal("next"), "goes on");
  await seen.readAll();
  assert.deepEqual([seen.payloads.at(-1), seen.missed], ["goes on", 0]);
});
