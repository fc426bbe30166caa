import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import type { Trouble } from "./circuit.js";
import { Circuits } from "./circuits.js";

const WEB = { group: "g", stream: "web" };
const API = { group: "g", stream: "api" };

function open({ random = (): number => 1 } = {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  const reached: string[] = [];
  const tell =
    (what: string) =>
    ({ cause }: Trouble, destination?: { stream: string }) =>
      void told.push(`${what} ${cause} ${destination?.stream ?? "all"}`);
  const circuits = new Circuits({
    clock,
    random,
    failuresMax: 3,
    backoff: { baseMs: 1000, maxMs: 60_000 },
    onTrouble: tell("trouble"),
    onRecovery: tell("recovery"),
    onFirstSuccess: ({ stream }) => void reached.push(stream),
  });
  return { clock, told, reached, circuits };
}

/** Whether it may be sent, if that is known without waiting. */
async function permitted(circuits: Circuits, destination = WEB): Promise<boolean | "waits"> {
  const waits = new Promise<"waits">((resolve) => setImmediate(() => resolve("waits")));
  return Promise.race([circuits.permit(destination), waits]);
}

test("it opens after so many failures in a row, and a success in between starts the count again", async () => {
  const { circuits, told, clock } = open();
  for (const outcome of ["fail", "fail", "ok", "fail", "fail"]) {
    assert.equal(await permitted(circuits), true);
    if (outcome === "ok") circuits.succeeded(WEB);
    else circuits.failed(WEB, "unavailable", "why");
  }
  assert.deepEqual([circuits.isOpen, told], [false, []]);
  const firstMs = clock.now();
  clock.advance(500);
  circuits.failed(WEB, "throttled", "because");
  assert.deepEqual([circuits.isOpen, told], [true, ["trouble throttled all"]]);
  assert.deepEqual(circuits.trouble, { cause: "throttled", detail: "because", sinceMs: firstMs });
  assert.equal(await permitted(circuits, API), false, "for every destination");
});

test("half open, one batch goes; the others wait for what becomes of it", async () => {
  for (const comesBack of [true, false]) {
    const { circuits, told, clock } = open();
    circuits.park(WEB, "network", "cut");
    assert.equal(circuits.retryAtMs, clock.now() + 1000);
    clock.advance(999);
    assert.equal(await permitted(circuits), false);
    clock.advance(1);
    assert.equal(await permitted(circuits), true);
    assert.equal(await permitted(circuits), "waits");
    const others = [circuits.permit(WEB), circuits.permit(API)];
    if (comesBack) circuits.succeeded(WEB);
    else circuits.failed(WEB, "network", "cut again");
    assert.deepEqual(await Promise.all(others), [comesBack, comesBack]);
    assert.deepEqual(told, ["trouble network all", ...(comesBack ? ["recovery network all"] : [])]);
    assert.equal(circuits.isClosed, comesBack);
    assert.equal(circuits.retryAtMs, comesBack ? 0 : clock.now() + 2000, "the pause doubles");
  }
});

test("the pause grows to its limit, by chance, and starts anew after a recovery", async () => {
  let luck = 1;
  const { circuits, clock } = open({ random: () => luck });
  circuits.park(WEB, "timeout", "");
  const pauses: number[] = [];
  for (let round = 0; round < 9; round++) {
    luck = round % 2 === 0 ? 1 : 0.5;
    clock.advance(circuits.retryAtMs - clock.now());
    assert.equal(await circuits.permit(WEB), true);
    circuits.failed(WEB, "timeout", "");
    pauses.push(circuits.retryAtMs - clock.now());
  }
  assert.deepEqual(pauses, [2000, 2000, 8000, 8000, 32_000, 30_000, 60_000, 30_000, 60_000]);
  clock.advance(60_000);
  assert.equal(await circuits.permit(WEB), true);
  circuits.succeeded(WEB);
  luck = 1;
  circuits.park(WEB, "timeout", "");
  assert.equal(circuits.retryAtMs - clock.now(), 1000);
});

test("what was on its way when it opened neither closes it nor makes the pause longer", async () => {
  const { circuits, clock, told } = open();
  for (let n = 0; n < 3; n++) circuits.failed(WEB, "unavailable", "");
  const { retryAtMs } = circuits;
  circuits.succeeded(API);
  circuits.failed(WEB, "unavailable", "");
  circuits.park(WEB, "unavailable", "");
  assert.deepEqual([circuits.isOpen, circuits.retryAtMs, told.length], [true, retryAtMs, 1]);
  clock.advance(1000);
  assert.equal(await circuits.permit(WEB), true);
});

test("a permission that is missing stops its destination and no other", async () => {
  const { circuits, clock, told } = open();
  circuits.failed(WEB, "denied", "no");
  circuits.park(WEB, "denied", "no");
  assert.deepEqual(told, ["trouble denied web"]);
  assert.deepEqual([await permitted(circuits), await permitted(circuits, API)], [false, true]);
  assert.equal(circuits.isClosed, true);
  assert.deepEqual(
    circuits.refused.map(({ destination, trouble }) => [destination, trouble.cause]),
    [[WEB, "denied"]],
  );
  clock.advance(1000);
  assert.equal(await permitted(circuits), true);
  assert.equal(await permitted(circuits), "waits");
  circuits.failed(WEB, "denied", "no");
  assert.equal(await permitted(circuits), false);
  assert.equal(told.length, 1, "told once");
  clock.advance(2000);
  assert.equal(await permitted(circuits), true);
  circuits.succeeded(WEB);
  assert.deepEqual(told, ["trouble denied web", "recovery denied web"]);
  assert.deepEqual([circuits.refused, circuits.retryAtMs], [[], 0]);
});

test("an outage while a destination asks again leaves that one stopped, and able to ask later", async () => {
  const { circuits, clock } = open();
  circuits.park(WEB, "denied", "no");
  clock.advance(1000);
  assert.equal(await circuits.permit(WEB), true);
  circuits.failed(WEB, "timeout", "");
  assert.equal(await permitted(circuits), false);
  clock.advance(2000);
  assert.equal(await permitted(circuits), true);
});

test("a destination that may ask gives its turn back while everything is stopped", async () => {
  const { circuits, clock } = open();
  circuits.park(WEB, "denied", "no");
  circuits.park(API, "unavailable", "down");
  clock.advance(1000);
  assert.equal(await circuits.permit(API), true, "this one finds out");
  const web = circuits.permit(WEB);
  circuits.failed(API, "unavailable", "down");
  assert.equal(await web, false);
  clock.advance(2000);
  assert.equal(await permitted(circuits), true, "it was not the one that found out, and may ask at once");
});

test("refused by the sink as a whole, or for one destination: the answer shows that the sink is reached", async () => {
  const { circuits, clock, told } = open();
  circuits.park(WEB, "unavailable", "down");
  clock.advance(1000);
  assert.equal(await circuits.permit(WEB), true);
  circuits.failed(WEB, "denied", "no");
  assert.deepEqual(told, ["trouble unavailable all", "recovery unavailable all"]);
  assert.equal(circuits.isClosed, true);
});

test("to hurry makes the next try due at once", async () => {
  const { circuits } = open();
  circuits.park(WEB, "credentials", "expired");
  circuits.park(API, "denied", "no");
  assert.equal(await permitted(circuits), false);
  circuits.hurry();
  assert.equal(await permitted(circuits), true);
});

test("the first success of each destination is told once, so that what an earlier process met is known to be over", async () => {
  const { circuits, reached } = open();
  assert.equal(await circuits.permit(WEB), true);
  circuits.failed(WEB, "network", "cut");
  circuits.failed(WEB, "denied", "no");
  assert.equal(reached.length, 0);
  circuits.succeeded(WEB);
  circuits.succeeded(WEB);
  circuits.succeeded(API);
  assert.deepEqual(reached, ["web", "api"]);
});
