import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert } from "../alert/alert.js";
import { type StoreLook, StoreWatch } from "./store-watch.js";
import type { Told } from "./told.js";

const BACKLOG = { records: 1, bytes: 1, oldestMs: undefined, roomMs: undefined };

function open() {
  const alerts: Alert[] = [];
  const troubles: string[] = [];
  const world = { told: new Map<string, number>() as Told, writes: 0, atMs: 0 };
  const create = () =>
    new StoreWatch({
      alerts: { tell: (alert) => void alerts.push(alert) },
      backlog: () => BACKLOG,
      told: {
        read: () => world.told,
        write: (told) => {
          world.told = told;
          world.writes++;
        },
      },
      onEvicts: (what) => void troubles.push(what),
    });
  let watch = create();
  return {
    world,
    troubles,
    roomMs: () => watch.roomMs,
    restart: () => {
      watch = create();
    },
    /** Ten seconds later so many percent are used; returns what was told. */
    see(usedBytes: number, parts: Partial<StoreLook> = {}): (string | number)[] {
      world.atMs += 10_000;
      const space = { usedBytes, budgetBytes: 100 };
      watch.see({ store: "s", space, evicts: false, atMs: world.atMs, toldByOther: false, ...parts });
      return alerts.splice(0).map((alert) => (alert.kind === "store-space" ? alert.level : alert.kind));
    },
  };
}

test("each level is told once while the figure hovers about it, and again after it was ten lower", () => {
  const { see, world } = open();
  const told = [69, 70, 69, 71, 61, 75, 90, 89, 91, 81, 90, 79, 90, 79, 59, 70, 59, 95, 100].map((used) => [
    used,
    ...see(used),
  ]);
  assert.deepEqual(
    told.filter((each) => each.length > 1),
    [
      [70, 70],
      [90, 90],
      [90, 90],
      [70, 70],
      [95, 90],
    ],
  );
  assert.ok(world.writes < told.length / 2, "written only when it is news");
});

test("what was told is known to the next shipper of the folder", () => {
  const { see, restart, world } = open();
  assert.deepEqual(see(92, { evicts: true }), [90, "store-evicts"]);
  restart();
  assert.deepEqual(see(92, { evicts: true }), []);
  assert.equal(world.writes, 1);
});

test("a store that evicts is told of once, at the machine too, and again after it did not", () => {
  const { see, troubles } = open();
  assert.deepEqual(
    [true, true, false, true].map((evicts) => see(1, { evicts })),
    [["store-evicts"], [], [], ["store-evicts"]],
  );
  assert.deepEqual(troubles.length, 2);
});

test("what another shipper tells is not told here, but at this machine", () => {
  const { see, troubles, world } = open();
  assert.deepEqual(see(92, { evicts: true, toldByOther: true }), []);
  assert.equal(troubles.length, 1);
  assert.equal(world.writes, 0);
  assert.deepEqual(see(92), [90]);
});

test("a store without a budget is never full", () => {
  const { see, roomMs } = open();
  const space = { usedBytes: 1 << 30, budgetBytes: Number.POSITIVE_INFINITY };
  assert.deepEqual(see(0, { space }), []);
  assert.deepEqual(see(0, { space: { ...space, usedBytes: 1 << 31 } }), []);
  assert.equal(roomMs(), undefined);
});

test("how long the room lasts follows from how fast it shrinks", () => {
  const { see, roomMs } = open();
  see(10);
  assert.equal(roomMs(), undefined, "one look tells no rate");
  see(20);
  assert.equal(roomMs(), 80_000);
  see(20);
  assert.equal(roomMs(), undefined);
  see(15);
  assert.equal(roomMs(), undefined);
  see(200);
  assert.equal(roomMs(), 0);
});
