import assert from "node:assert/strict";
import { test } from "node:test";
import { deliveredField } from "../buffer/redis/delivered.js";
import { FakeServer } from "../buffer/redis/fake-server.cases.js";
import { Keys } from "../buffer/redis/keys.js";
import { systemClock } from "../system/clock.js";
import { Partition } from "./partition.js";

const KEYS = new Keys();

function open() {
  const server = new FakeServer(systemClock);
  const store = server.connect();
  const calls: string[] = [];
  for (const name of ["getFields", "pickFields", "lastId"] as const) {
    const call = store[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(store, {
      [name]: (...args: unknown[]) => {
        calls.push(name);
        return call(...args);
      },
    });
  }
  const time = { ms: 0 };
  const partition = new Partition(store, KEYS, 0, { elapsed: () => time.ms }, () => {});
  const lease = (token: number) => server.set(KEYS.lease(0), JSON.stringify({ holder: "s", token }));
  const deliver = (writer: string, token: number, next: number) =>
    server.hash(KEYS.delivered(0)).set(deliveredField(writer, token), JSON.stringify([next, [], 1]));
  const next = async (all = false) => (await partition.deliveredOf(["w"], all)).get("w")?.contiguous;
  return { store, partition, calls, time, lease, deliver, next };
}

test("of thousands of writers one's own are asked for, and all when another shipper comes, and now and then", async () => {
  const { calls, time, lease, deliver, next } = open();
  for (let n = 0; n < 1000; n++) deliver(`other${n}`, 1, 5);
  lease(1);
  deliver("w", 1, 10);
  assert.equal(await next(), 10);
  deliver("w", 1, 20);
  assert.equal(await next(), 20);
  assert.deepEqual(calls.splice(0), ["getFields", "pickFields"]);

  lease(2);
  assert.equal(await next(), 20, "what the shipper before has written counts");
  deliver("w", 2, 30);
  assert.equal(await next(), 30);
  assert.deepEqual(calls.splice(0), ["getFields", "pickFields"]);

  deliver("w", 1, 40);
  time.ms += 30_000;
  assert.equal(await next(), 40, "a late one's too");
  assert.deepEqual(calls, ["getFields"]);
});

test("while no shipper holds the partition all is asked for every few seconds", async () => {
  const { calls, time, deliver, next } = open();
  deliver("w", 1, 10);
  assert.equal(await next(), 10);
  deliver("w", 2, 20);
  assert.equal(await next(), undefined);
  assert.equal(await next(true), 20);
  deliver("w", 2, 30);
  time.ms += 5000;
  assert.equal(await next(), 30);
  assert.equal(calls.filter((call) => call === "getFields").length, 3);
});

test("the last id, which brings two blocks along, is asked for once a connection", async () => {
  const { store, partition, calls } = open();
  for (let n = 0; n < 5; n++) await partition.glance();
  assert.deepEqual(calls.splice(0), ["lastId"]);
  store.connections++;
  for (let n = 0; n < 5; n++) await partition.glance();
  assert.deepEqual(calls, ["lastId"]);
});
