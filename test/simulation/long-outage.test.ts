/**
 * The cloud is away for longer than it takes old records: 14.6 days, in virtual time. What passes the edge becomes
 * dead letters, each with its reason, while the outage still lasts; people were mailed of the outage at once and of the
 * edge days before it; the rest is delivered in order when the cloud is back.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Alerter } from "../../src/alert/alerter.js";
import { AlertMemory } from "../../src/alert/memory.js";
import { Outbox } from "../../src/alert/outbox.js";
import { type Message, messageOf } from "../../src/alert/text.js";
import { CLOUDWATCH_LIMITS, CLOUDWATCH_WINDOW } from "../../src/batch/limits.js";
import type { DeadLetters } from "../../src/dead-letters/dead-letters.js";
import { announce } from "../../src/ship/announce.js";
import { Lookout } from "../../src/ship/lookout.js";
import { Shipper } from "../../src/ship/shipper.js";
import type { Clock } from "../../src/system/clock.js";
import { Chance } from "./world/chance.js";
import { Life } from "./world/life.js";
import { idOf, Logged } from "./world/logged.js";
import { SimClock } from "./world/sim-clock.js";
import { SimCloud } from "./world/sim-cloud.js";
import { SimJournals } from "./world/sim-journal.js";
import { SimLetters } from "./world/sim-letters.js";
import { SimWriter } from "./world/sim-writer.js";
import { judge, Violations } from "./world/verdict.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 0, 1);
const OUTAGE_MS = 14.6 * DAY_MS;
const EDGE_MS = CLOUDWATCH_WINDOW.pastMsMax;
/** No burst stands so near to the edge that the minutes of the turns decide about it. */
const BURST_EVERY_MS = 6 * HOUR_MS;
const BURSTS = 60;
const BURST_RECORDS = 5;
const LOOK_EVERY_MS = 10 * MINUTE_MS;

interface Mail {
  readonly atMs: number;
  readonly message: Message;
}

/** A real alerter whose mail server takes everything. */
function openMailbox(clock: Clock): { readonly alerts: Alerter; readonly mails: Mail[] } {
  const mails: Mail[] = [];
  const onFailure = (message: string): never => assert.fail(message);
  const outbox = new Outbox({
    channel: {
      name: "mail",
      to: "ops@example.com",
      send: async (message) => {
        mails.push({ atMs: clock.now(), message });
        return { answer: "250 taken" };
      },
    },
    clock,
    random: () => 0.5,
    compose: (notice) => messageOf(notice, { host: "here" }),
    onFailure,
  });
  const memory = new AlertMemory(undefined, onFailure);
  const alerts = new Alerter({ outboxes: [outbox], alertEveryMs: 5 * MINUTE_MS, memory, clock, onFailure });
  return { alerts, mails };
}

/** Everything is wired as in `ship/open-shipper.ts`; the outage begins with the first record. */
async function playOutage() {
  // No timer is shorter than a minute, as on a slow machine: two weeks are some 20,000 turns.
  const clock = new SimClock({ startMs: START_MS, timerMinMs: MINUTE_MS });
  const chance = new Chance(1);
  const logged = new Logged();
  const violations = new Violations();
  const journals = new SimJournals(chance, new Set(), 0);
  const letters = new SimLetters(clock, chance, [], new Set());
  const life = new Life(undefined, () => {});
  const cloud = new SimCloud({
    clock,
    chance,
    limits: CLOUDWATCH_LIMITS,
    window: CLOUDWATCH_WINDOW,
    phases: [{ weather: "unavailable", ms: OUTAGE_MS }],
    logged,
    violations,
  });
  const kinds = Array.from({ length: BURST_RECORDS }, () => "plain" as const);
  const bursts = Array.from({ length: BURSTS }, (_, index) => ({
    pauseMs: index === 0 ? 0 : BURST_EVERY_MS,
    spreadMs: 0,
    kinds,
    dies: false,
  }));
  const writer = new SimWriter({
    name: "w",
    plan: { service: 0, bursts },
    recordsMax: Number.POSITIVE_INFINITY,
    journals,
    logged,
    clock,
  });
  const waiting = () => {
    const records = [...logged.records].flatMap(([id, { record }]) =>
      logged.acknowledged.has(id) ? [] : [record],
    );
    const bytes = records.reduce((sum, { start, end }) => sum + end - start, 0);
    return { records: records.length, bytes, oldestMs: records[0]?.timestamp };
  };
  const { alerts, mails } = openMailbox(clock);
  const journal = { writer: "w", service: "service-0", dir: "/w", bytes: 0, bytesMax: 1 << 30, dropped: {} };
  const lookout = new Lookout({
    alerts,
    sink: "cloud",
    window: CLOUDWATCH_WINDOW,
    deadLetters: { dir: "/dead", bytes: 0, bytesMax: Number.POSITIVE_INFINITY },
    now: clock.now,
    look: () => ({ journals: [{ ...journal, waiting: waiting() }], deliveredBytes: 0 }),
    toldDrops: { read: () => new Map(), write: () => {} },
  });
  /** When each dead letter was on the disk. */
  const buriedAtMs: number[] = [];
  const shipper = new Shipper({
    buffer: life.buffer(journals.open(), (source, ranges) => {
      for (const { from, to } of ranges) {
        for (let seq = from; seq <= to; seq++) logged.acknowledged.add(idOf({ writer: source, seq }));
      }
    }),
    sink: cloud.sinkFor(
      life,
      () => {},
      () => {},
    ),
    destinationOf: ({ service }) => ({ group: "group", stream: service }),
    deadLetters: life.letters(async (some) => {
      await letters.add(some, life);
      buriedAtMs.push(...some.map(() => clock.now()));
    }) as unknown as DeadLetters,
    clock,
    random: chance.random,
    intervalMs: 2 * MINUTE_MS,
    flushRecords: 1000,
    flushBytes: 1 << 20,
    inFlightMax: 4,
    policy: { tries: 3, splitWays: 4, backoff: { baseMs: 400, maxMs: MINUTE_MS } },
    ...announce({
      alerts,
      sink: "cloud",
      deadDir: "/dead",
      backlog: () => lookout.backlog(),
      now: clock.now,
      onBuried: () => {},
    }),
    abort: new AbortController().signal,
  });
  const lookRegularly = (): void => {
    lookout.look();
    clock.after(LOOK_EVERY_MS, lookRegularly);
  };
  lookRegularly();
  const stop = new AbortController();
  const running = shipper.run(stop.signal);
  while (!writer.done || !logged.allAcknowledged) {
    assert.ok(clock.now() < START_MS + 2 * OUTAGE_MS, "what waits is not delivered");
    assert.ok(await clock.turn());
  }
  stop.abort("all is delivered");
  await running;
  judge({ logged, cloud, letters }, violations);
  return { logged, cloud, letters, buriedAtMs, mails, violations, counts: shipper.counts };
}

const outage = playOutage();

function kindOf({ message }: Mail): unknown {
  return message.json.dragonlog.kind;
}

test("14.6 days without the cloud: what grows too old becomes dead letters, and people knew days before", async (t) => {
  const { logged, cloud, letters, buriedAtMs, mails, violations, counts } = await outage;
  assert.deepEqual(violations.list, []);

  const tooOld = letters.letters.map(({ record }) => record.timestamp);
  const late = [...logged.records.values()].filter(
    ({ record }) => record.timestamp < START_MS + OUTAGE_MS - EDGE_MS,
  );
  assert.deepEqual(
    letters.letters.map(({ record }) => idOf(record)),
    late.map(({ record }) => idOf(record)),
  );
  assert.ok(late.length > 0 && late.length < logged.records.size);
  assert.equal(cloud.read("group:service-0").length, logged.records.size - late.length);
  assert.deepEqual(counts.deadLetters, { "too-old": late.length });
  assert.equal(counts.deliveredRecords, logged.records.size - late.length);
  for (const [index, { reason, detail, cause, attempts }] of letters.letters.entries()) {
    assert.deepEqual({ reason, cause, attempts }, { reason: "too-old", cause: undefined, attempts: 0 });
    assert.match(detail, /timestamp/);
    const age = buriedAtMs[index]! - tooOld[index]!;
    assert.ok(Math.abs(age - EDGE_MS) <= 5 * MINUTE_MS, `a dead letter after ${age / HOUR_MS} hours`);
    assert.ok(buriedAtMs[index]! < START_MS + OUTAGE_MS, "it became one only after the outage");
  }

  const firstOf = (kind: string) => mails.find((mail) => kindOf(mail) === kind)!;
  const days = (kind: string) => (firstOf(kind).atMs - START_MS) / DAY_MS;
  assert.ok(days("outage") * DAY_MS < 30 * MINUTE_MS, `told of the outage after ${days("outage")} days`);
  assert.ok(days("expiring") < 11.1, `told of the edge after ${days("expiring")} days`);
  assert.ok(days("dead-letters") > 13.9);
  assert.ok(days("recovered") >= 14.6);
  assert.match(firstOf("expiring").message.subject, /too old/);
  t.diagnostic(
    `${logged.records.size} records, ${late.length} dead letters, ${cloud.stats.requests} requests, ${mails.length} mails`,
  );
  const others = mails.filter((mail) => kindOf(mail) !== "expiring");
  assert.ok(others.length <= 2 + late.length / BURST_RECORDS, `${others.length} mails`);
});

test("people are told of the edge once a day, not all the time", async () => {
  const told = (await outage).mails.filter((mail) => kindOf(mail) === "expiring");
  assert.ok(told.length <= 5, `${told.length} mails`);
});
