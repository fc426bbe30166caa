import assert from "node:assert/strict";
import { test } from "node:test";
import { Allowance } from "./allowance.js";
import { SESSION_MS, Sessions } from "./sessions.js";

test("a session ends by itself, and with the token; it outlives the shipper", () => {
  let nowMs = Date.UTC(2026, 0, 1);
  const now = () => nowMs;
  const session = new Sessions("token", now).begin();
  const successor = new Sessions("token", now);
  assert.ok(successor.isValid(session));
  assert.ok(!new Sessions("token2", now).isValid(session));
  nowMs += SESSION_MS - 1;
  assert.ok(successor.isValid(session));
  nowMs += 1;
  assert.ok(!successor.isValid(session));
  nowMs -= SESSION_MS + 1;
  assert.ok(!successor.isValid(session), "nor does a clock that is set back make it longer");
});

test("each session is one of its own", () => {
  const sessions = new Sessions("token", () => 0);
  const [one, other] = [sessions.begin(), sessions.begin()];
  assert.notEqual(one, other);
  sessions.end(one);
  assert.deepEqual([sessions.isValid(one), sessions.isValid(other)], [false, true]);
});

test("an allowance is used up, and comes back bit by bit, up to its most", () => {
  let elapsedMs = 0;
  const allowance = new Allowance(3, 1000, () => elapsedMs);
  const takeAll = () => {
    for (let taken = 0; ; taken++) if (!allowance.take()) return taken;
  };
  assert.equal(takeAll(), 3);
  elapsedMs += 999;
  assert.equal(takeAll(), 0);
  elapsedMs += 1;
  assert.equal(takeAll(), 1);
  elapsedMs += 2500;
  assert.equal(takeAll(), 2);
  elapsedMs += 500;
  assert.equal(takeAll(), 1, "what was left over of the time before counts");
  elapsedMs += 60_000;
  assert.equal(takeAll(), 3);
});
