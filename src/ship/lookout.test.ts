import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert } from "../alert/alert.js";
import { type JournalLook, Lookout, type LookoutOptions } from "./lookout.js";
import type { Told } from "./told.js";

const DAY_MS = 86_400_000;
const WINDOW = { pastMsMax: 14 * DAY_MS, aheadMsMax: 7_200_000 };
const NOTHING = { records: 0, bytes: 0, oldestMs: undefined };

function open(options: Partial<LookoutOptions> = {}) {
  const told: Alert[] = [];
  const journals: JournalLook[] = [];
  const world = { nowMs: 100 * DAY_MS, deliveredBytes: 0, writes: 0 };
  let drops: Told = new Map();
  const lookout = new Lookout({
    alerts: { tell: (alert) => void told.push(alert) },
    sink: "cloud",
    window: WINDOW,
    deadLetters: { dir: "/dead", bytes: 0, bytesMax: 1000 },
    now: () => world.nowMs,
    look: () => ({ journals, deliveredBytes: world.deliveredBytes }),
    toldDrops: {
      read: () => drops,
      write: (given) => {
        drops = new Map(given);
        world.writes++;
      },
    },
    ...options,
  });
  const kinds = () => told.splice(0).map(({ kind }) => kind);
  return { lookout, told, kinds, journals, world };
}

function journal(parts: Partial<JournalLook> = {}): JournalLook {
  const look = { writer: "w", service: "web", dir: "/j/w", bytes: 100, bytesMax: 1000 };
  return { ...look, waiting: NOTHING, dropped: {}, ...parts };
}

test("a journal that is nearly full of what waits is told of, and one that only has its files is not", () => {
  const { lookout, told, journals } = open();
  const waiting = { records: 9, bytes: 500, oldestMs: undefined };
  journals.push(
    journal({ bytes: 800, waiting: { ...waiting, bytes: 499 } }),
    journal({ bytes: 799, waiting }),
  );
  journals.push(journal({ bytes: 5000, waiting, bytesMax: undefined }));
  lookout.look();
  assert.equal(told.length, 0);
  journals.push(journal({ bytes: 800, waiting, service: "full" }));
  lookout.look();
  assert.deepEqual(
    told.map((alert) => alert.kind === "journal-space" && [alert.service, alert.bytes, alert.bytesMax]),
    [["full", 800, 1000]],
  );
});

test("dead letters near their cap are told of", () => {
  const deadLetters = { dir: "/dead", bytes: 799, bytesMax: 1000 };
  const { lookout, kinds } = open({ deadLetters });
  lookout.look();
  assert.deepEqual(kinds(), []);
  deadLetters.bytes = 800;
  lookout.look();
  assert.deepEqual(kinds(), ["dead-letter-space"]);
});

test("drops are told of once, each further one as a difference, and a new lookout does not begin anew", () => {
  const { lookout, told, journals, world } = open();
  lookout.look();
  assert.equal(world.writes, 0, "nothing is written while nothing is dropped");
  journals.push(journal({ dropped: { full: 5 } }));
  lookout.look();
  lookout.look();
  journals[0] = journal({ dropped: { full: 7, "too large": 1 } });
  lookout.look();
  assert.deepEqual(
    told.map((alert) => alert.kind === "drops" && [alert.service, alert.cause, alert.records]),
    [
      ["web", "full", 5],
      ["web", "full", 2],
      ["web", "too large", 1],
    ],
  );
  assert.equal(world.writes, 2);
  const kept = new Map([
    ["w full", 7],
    ["w too large", 1],
  ]);
  const next = open({ toldDrops: { read: () => kept, write: () => assert.fail("nothing is new") } });
  next.journals.push(...journals);
  next.lookout.look();
  assert.equal(next.told.length, 0);
});

test("people are told days before the oldest record is too old for the destination", () => {
  const { lookout, told, journals, world } = open();
  const oldestMs = world.nowMs;
  journals.push(journal({ waiting: { records: 1, bytes: 1, oldestMs } }));
  world.nowMs = oldestMs + 11 * DAY_MS;
  lookout.look();
  assert.equal(told.length, 0);
  world.nowMs++;
  lookout.look();
  assert.deepEqual(
    told.map((alert) => alert.kind === "expiring" && [alert.oldestMs, alert.edgeMs]),
    [[oldestMs, oldestMs + 14 * DAY_MS]],
  );
  const forAll = open({ window: undefined });
  forAll.journals.push(...journals);
  forAll.lookout.look();
  assert.equal(forAll.told.length, 0, "a destination that takes every age");
});

test("how long the room lasts follows from what came in between two looks, delivered or not", () => {
  const { lookout, journals, world } = open();
  const waiting = (bytes: number) => journal({ waiting: { records: bytes, bytes, oldestMs: 5 } });
  journals.push(waiting(100));
  lookout.look();
  assert.equal(lookout.backlog().roomMs, undefined, "one look tells no rate");
  journals[0] = waiting(200);
  world.deliveredBytes = 100;
  world.nowMs += 1000;
  lookout.look();
  // 200 bytes a second came in, and there is room for 800.
  assert.deepEqual(lookout.backlog(), { records: 200, bytes: 200, oldestMs: 5, roomMs: 4000 });
  world.nowMs += 1000;
  lookout.look();
  assert.equal(lookout.backlog().roomMs, undefined, "nothing comes in any more");
});
