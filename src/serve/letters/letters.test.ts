/** Dead letters over HTTP: a real folder of them, and the thread that works on it. */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { listJournals } from "../../buffer/journal.js";
import { DeadLetters } from "../../dead-letters/dead-letters.js";
import { deadFolderOf } from "../../dead-letters/folder.js";
import { letterOf, lineOf } from "../../dead-letters/letters.cases.js";
import { Lease } from "../../journal/lease.js";
import { systemClock } from "../../system/clock.js";
import type { DeadLetterList, DeadLetterOrder } from "../api.js";
import { serve } from "../serving.cases.js";

const HOSTILE = '<img src=x onerror=alert(1)>\u001b[31m\u202e"';
const DAYS_20_MS = 20 * 86_400_000;

/** A page, and a folder with these letters. */
async function box(context: TestContext, lines: readonly (string | Buffer)[], reason = "invalid") {
  const served = await serve(context);
  const dir = deadFolderOf(served.dir);
  const letters = new DeadLetters(dir, systemClock);
  await letters.add(lines.map((line) => letterOf(line, { reason })));
  const list = async (search = ""): Promise<DeadLetterList> =>
    (await served.ask(`/api/dead-letters${search}`)).json;
  const order = (what: "replay" | "drop", body: DeadLetterOrder | object) =>
    served.ask(`/api/dead-letters/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return { served, dir, letters, list, order };
}

function lines(count: number, service = "web"): string[] {
  const timestamp = Date.now();
  return Array.from({ length: count }, (_, n) =>
    lineOf(`${service}-${n}`, { service, data: `n ${n}`, timestamp }),
  );
}

test("where there are none, there are none", async (context) => {
  const served = await serve(context, { deadBytesMax: "1MiB" });
  const { status, json } = await served.ask("/api/dead-letters");
  const none = {
    letters: 0,
    bytes: 0,
    dir: deadFolderOf(served.dir),
    kinds: [],
    newest: [],
    bytesMax: 1 << 20,
  };
  assert.deepEqual([status, json], [200, none]);
});

test("they are listed by kind, the newest first, and each can be looked into", async (context) => {
  const { list, letters, served } = await box(context, lines(3));
  await letters.add([letterOf(lineOf("a-7", { service: "api", data: HOSTILE }), { reason: "too-old" })]);
  const all = await list();
  assert.equal(all.letters, 4);
  assert.ok(all.bytes > 0);
  assert.deepEqual(
    all.kinds.map(({ reason, destination, service, letters: count }) => [
      reason,
      destination,
      service,
      count,
    ]),
    [
      ["invalid", "g/s", "web", 3],
      ["too-old", "g/s", "api", 1],
    ],
  );
  assert.deepEqual(
    all.newest.map(({ data }) => data),
    [HOSTILE, "n 2", "n 1", "n 0"],
  );
  assert.equal((await list("?reason=too-old")).letters, 1);
  assert.equal((await list("?service=web")).letters, 3);
  assert.equal((await list("?service=web&reason=too-old")).letters, 0);

  const { json } = await served.ask(`/api/dead-letters/${encodeURIComponent(all.newest[0]!.key)}`);
  assert.equal(JSON.parse(json.line).data, HOSTILE);
  assert.deepEqual([json.attempts, json.requestId, json.detail, json.service], [3, "r", "why", "api"]);
  assert.equal(json.lastTriedAt, "1970-01-01T00:00:01.000Z");
});

test("a list is made again when something has changed, and only then", async (context) => {
  const { list, letters, served } = await box(context, lines(1));
  const [before, same] = await Promise.all([list(), list()]);
  assert.deepEqual(before, same);
  await letters.add([letterOf(lineOf("w-9"))]);
  assert.equal((await list()).letters, 2);
  // Whatever another program does to the folder.
  appendFileSync(`${deadFolderOf(served.dir)}/${readdirSync(deadFolderOf(served.dir))[0]}`, "no letter\n");
  assert.equal((await list()).letters, 2);
});

test("they are sent again: what would be, then what was", async (context) => {
  const { list, order, served } = await box(context, [
    ...lines(2),
    ...lines(1, "api"),
    lineOf("old-1", { service: "api", timestamp: Date.now() - DAYS_20_MS }),
    "no line of ours",
  ]);
  const would = await order("replay", { all: true, dryRun: true });
  assert.deepEqual(would.json, { dryRun: true, letters: 5, unfit: 1, outOfTime: 1 });
  assert.equal(listJournals(served.dir).length, 0);

  assert.deepEqual((await order("replay", { service: "web" })).json, { dryRun: false, letters: 2, unfit: 0 });
  assert.equal(listJournals(served.dir).length, 1);
  assert.equal((await list()).letters, 3);
  assert.deepEqual((await order("replay", { all: true })).json, { dryRun: false, letters: 2, unfit: 1 });
  assert.equal((await list()).letters, 1);
});

test("they are dropped by key, by reason, all", async (context) => {
  const { list, order, letters } = await box(context, lines(4));
  await letters.add([letterOf(lineOf("a-1"), { reason: "too-old" })]);
  const { newest } = await list();
  const keys = newest.slice(1, 3).map(({ key }) => key);
  assert.deepEqual((await order("drop", { keys, dryRun: true })).json, { dryRun: true, letters: 2 });
  assert.equal((await list()).letters, 5);
  assert.deepEqual((await order("drop", { keys })).json, { dryRun: false, letters: 2 });
  const again = await order("drop", { keys });
  assert.deepEqual([again.status, again.json.code], [404, "DRAGONLOG_DEAD_LETTER_UNKNOWN"]);
  assert.deepEqual((await order("drop", { reason: "too-old" })).json, { dryRun: false, letters: 1 });
  assert.deepEqual((await order("drop", { all: true })).json, { dryRun: false, letters: 2 });
  assert.equal((await list()).letters, 0);
});

test("nothing is done that is not understood, and never to all by accident", async (context) => {
  const { list, order, served } = await box(context, lines(2));
  const bodies: unknown[] = [
    {},
    { dryRun: false },
    { all: false },
    { all: "true" },
    { keys: [] },
    { keys: [1] },
    { keys: "all" },
    { keys: ["../x:1"] },
    { keys: ["a:1"], all: true },
    { keys: Array.from({ length: 1001 }, (_, n) => `a:${n}`) },
    { reason: "" },
    { reason: null },
    { service: ["web"] },
    { all: true, dryRun: 1 },
    { all: true, dry_run: true },
    { all: true, constructor: 1 },
    [],
    null,
    "all",
  ];
  for (const what of ["replay", "drop"] as const) {
    for (const body of bodies) {
      const { status, json } = await order(what, body as object);
      assert.equal(status, 400, JSON.stringify(body)?.slice(0, 100));
      assert.deepEqual(Object.keys(json), ["code", "message", "hint"]);
    }
  }
  const broken = { method: "POST", headers: { "content-type": "application/json" }, body: "{" };
  assert.equal((await served.ask("/api/dead-letters/drop", broken)).status, 400);
  assert.equal((await list()).letters, 2);
  for (const [path, status] of [
    ["/api/dead-letters/..%2fsecret:1", 400],
    ["/api/dead-letters/nothing", 400],
    ["/api/dead-letters/2026-01-31-k3x9qa:0", 404],
    ["/api/dead-letters?reasn=x", 400],
    ["/api/dead-letters?reason=x&reason=y", 400],
  ] as const) {
    assert.equal((await served.ask(path)).status, status, path);
  }
});

test("while another command changes them, they stay as they are", async (context) => {
  const { list, order, dir } = await box(context, lines(2));
  const lease = Lease.acquire(dir, systemClock.now());
  const { status, json } = await order("drop", { all: true });
  assert.deepEqual([status, json.code], [409, "DRAGONLOG_DEAD_LETTERS_BUSY"]);
  lease!.release();
  assert.equal((await list()).letters, 2);
  assert.equal((await order("drop", { all: true })).status, 200);
});

test("no more wait than may, and none after the end", async (context) => {
  const { order, served } = await box(context, lines(1));
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => order("drop", { all: true, dryRun: true })),
  );
  const refused = answers.filter(({ status }) => status === 503);
  assert.ok(refused.length > 0, "30 at once are more than may wait");
  assert.equal(refused[0]!.json.code, "DRAGONLOG_BUSY");
  assert.ok(answers.some(({ status }) => status === 200));
  await served.close();
});
