import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { FakeServer } from "./fake-server.cases.js";
import { Keys } from "./keys.js";
import { PartitionLease } from "./partition-lease.js";

const EXPIRY_MS = 30_000;
const KEYS = new Keys().leaseKeys(0);

function open() {
  const clock = new ManualClock();
  const server = new FakeServer(clock);
  const acquire = (holder: string) =>
    PartitionLease.acquire({ store: server.connect(), clock, holder, expiryMs: EXPIRY_MS }, KEYS);
  return { clock, server, acquire };
}

/** What a store that became full finds: its shipper had prepared a spare and is gone. */
async function openFull() {
  const all = open();
  const before = await all.acquire("before");
  all.clock.advance(EXPIRY_MS);
  assert.equal(before!.current, false);
  all.server.failure = "full";
  return all;
}

test("a clock that is set back lets nobody believe in a lease that is over", async () => {
  const { clock, acquire } = open();
  const late = await acquire("late");
  clock.setBack(3_600_000);
  clock.advance(EXPIRY_MS / 2);
  assert.equal(late!.current, true);
  assert.equal(late!.dueForRenewal, true);
  clock.advance(EXPIRY_MS / 2);
  assert.equal(late!.current, false);
  const next = await acquire("next");
  assert.equal(next!.current, true);
  assert.ok(next!.token > late!.token);
  assert.equal(await late!.renew(), "lost");
});

test("a full store, whose shipper died, gives its spare to one of those that ask", async () => {
  const { clock, server, acquire } = await openFull();
  const leases = await Promise.allSettled(["a", "b", "c"].map(acquire));
  const got = leases.flatMap((each) => (each.status === "fulfilled" && each.value ? [each.value] : []));
  assert.equal(got.length, 1);
  const [lease] = got;
  for (let look = 0; look < 100; look++) {
    clock.advance(1000);
    assert.equal(lease!.dueForRenewal, true, "it always looks for a lease in order");
    assert.equal(await lease!.isOwn(), true);
    assert.equal(await lease!.renew(), "held");
    assert.equal(await acquire("d"), undefined);
  }
  assert.equal(server.get(KEYS.lease), undefined);
});

test("with room again the spare's holder has a lease in order, and a new spare is there", async () => {
  const { clock, server, acquire } = await openFull();
  const lease = await acquire("a");
  const { token } = lease!;
  server.failure = undefined;
  await lease!.settle();
  assert.match(server.get(KEYS.lease)!, /"holder":"a"/);
  assert.ok(lease!.token > token);
  assert.equal(lease!.current, true);
  assert.equal(lease!.dueForRenewal, false);
  assert.equal(server.expiresInMs(KEYS.spare), Number.POSITIVE_INFINITY);
  clock.advance(EXPIRY_MS);
  server.failure = "full";
  assert.equal((await acquire("b"))!.current, true);
});

test("the spare is not for one who comes when there is room, while someone has it", async () => {
  const { server, acquire } = await openFull();
  const lease = await acquire("a");
  server.failure = undefined;
  assert.equal(await acquire("b"), undefined);
  assert.equal(await lease!.renew(), "held");
});

test("one that held the spare and comes late has lost it, and lets the next one's not expire", async () => {
  const { clock, server, acquire } = await openFull();
  const late = await acquire("late");
  clock.advance(EXPIRY_MS);
  server.failure = undefined;
  const next = await acquire("next");
  assert.equal(late!.current, false);
  assert.equal(await late!.renew(), "lost");
  await late!.release();
  assert.equal(server.expiresInMs(KEYS.spare), Number.POSITIVE_INFINITY);
  await next!.release();
  server.failure = "full";
  assert.equal(await late!.renew(), "lost", "nor is the spare its own when nobody has a lease");
  assert.equal((await acquire("b"))!.current, true);
});

test("a spare that is given back is there for the next one", async () => {
  const { acquire } = await openFull();
  for (const holder of ["a", "b", "c"]) {
    const lease = await acquire(holder);
    assert.equal(lease!.current, true);
    await lease!.release();
    assert.equal(lease!.current, false);
  }
});

test("a full store without a spare says that it is full", async () => {
  const { clock, server, acquire } = open();
  server.failure = "full";
  await assert.rejects(acquire("a"), { failure: "full" });
  server.failure = undefined;
  server.set(KEYS.spare, "someone else's");
  server.failure = "full";
  await assert.rejects(acquire("a"), { failure: "full" });
  clock.advance(EXPIRY_MS);
  assert.equal(server.get(KEYS.spare), "someone else's");
});

test("a spare for which there was no room is prepared with a later renewal", async () => {
  const { server, acquire } = open();
  const lease = await acquire("a");
  server.set(KEYS.spare, undefined);
  server.set(KEYS.lease, undefined);
  await lease!.take();
  assert.notEqual(server.get(KEYS.spare), undefined);
  server.set(KEYS.lease, undefined);
  server.set(KEYS.spare, undefined);
  const { refuse } = server;
  let writes = 0;
  server.refuse = (kind) => {
    // The lease and its token fit, and nothing more.
    if (kind === "write" && ++writes > 3) server.failure = "full";
    refuse.call(server, kind);
  };
  await lease!.take();
  assert.equal(server.get(KEYS.spare), undefined);
  server.refuse = refuse;
  server.failure = undefined;
  assert.equal(lease!.dueForRenewal, true);
  assert.equal(await lease!.renew(), "held");
  assert.notEqual(server.get(KEYS.spare), undefined);
  assert.equal(lease!.dueForRenewal, false);
});
