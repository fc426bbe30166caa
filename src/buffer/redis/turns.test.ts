import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.js";

test("calls of one key are made one after another, those of others beside them", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const call = (name: string) => async () => {
    seen.push(`${name} starts`);
    await Promise.resolve();
    seen.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all([
    turns.take("a", call("a1")),
    turns.take("a", call("a2")),
    turns.take("b", call("b1")),
  ]);
  assert.deepEqual(results, ["a1", "a2", "b1"]);
  assert.deepEqual(
    seen.filter((what) => what.startsWith("a")),
    ["a1 starts", "a1 ends", "a2 starts", "a2 ends"],
  );
  assert.ok(seen.indexOf("b1 starts") < seen.indexOf("a1 ends"));
});

test("what waits behind a call that fails is not made, and what comes later is", async () => {
  const turns = new Turns();
  const made: number[] = [];
  const failure = new Error("full");
  const settled = await Promise.allSettled(
    [1, 2, 3].map((n) =>
      turns.take("a", async () => {
        made.push(n);
        if (n === 2) throw failure;
      }),
    ),
  );
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  assert.equal((settled[2] as PromiseRejectedResult).reason, failure);
  assert.deepEqual(made, [1, 2]);
  assert.equal(await turns.take("a", async () => "again"), "again");
});
