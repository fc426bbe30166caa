import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../journal/journal.cases.js";
import { LEASE_EXPIRY_MS, Lease, type LeaseHolder } from "../journal/lease.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { shippersFolder } from "./report.js";
import { FolderLease, folderHolder, standBy } from "./standby.js";

const NEVER = new AbortController().signal;

function pass(clock: ManualClock, seconds: number): void {
  for (let second = 0; second < seconds; second++) clock.advance(1000);
}

test("the lease of a folder is renewed for as long as it is held, for those who cannot see the process", (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock(Math.floor(Date.now() / 1000) * 1000);
  const lease = FolderLease.acquire(dir, clock)!;
  pass(clock, (3 * LEASE_EXPIRY_MS) / 1000);
  const path = join(shippersFolder(dir), "lease.1");
  assert.ok(clock.now() - statSync(path).mtimeMs < LEASE_EXPIRY_MS / 2);
  assert.equal(lease.lost.aborted, false);
  lease.release();
  const releasedAtMs = statSync(path).mtimeMs;
  pass(clock, LEASE_EXPIRY_MS / 1000);
  assert.equal(statSync(path).mtimeMs, releasedAtMs);
  assert.equal(folderHolder(dir, clock.now()), undefined);
});

for (const [what, lose] of [
  ["another one takes", (folder: string) => void Lease.claim(folder, 2, 0, "another")],
  ["someone deletes", (folder: string) => rmSync(folder, { recursive: true })],
] as const) {
  test(`a lease that ${what} is lost, which is seen within a second, and cannot be released`, (t) => {
    const dir = temporaryFolder(t);
    const clock = new ManualClock();
    const lease = FolderLease.acquire(dir, clock)!;
    pass(clock, 5);
    assert.equal(lease.lost.aborted, false);
    lose(shippersFolder(dir));
    pass(clock, 1);
    assert.equal(lease.lost.aborted, true);
    lease.release();
    const next = FolderLease.acquire(dir, clock);
    assert.equal(next === undefined, what === "another one takes");
    next?.release();
  });
}

test("a standby is told once whom it waits for, and has the lease soon after that one has released it", async (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock();
  const startedAtMs = clock.now();
  const first = FolderLease.acquire(dir, clock)!;
  const told: LeaseHolder[] = [];
  let second: FolderLease | undefined;
  const waiting = standBy(dir, clock, NEVER, (holder) => told.push(holder)).then((lease) => {
    second = lease;
  });
  for (let look = 0; look < 20; look++) {
    await new Promise(setImmediate);
    clock.advance(250);
  }
  assert.deepEqual(
    told.map(({ pid, sinceMs }) => [pid, sinceMs]),
    [[process.pid, startedAtMs]],
  );
  assert.equal(second, undefined);
  first.release();
  clock.advance(250);
  await waiting;
  assert.deepEqual(readdirSync(shippersFolder(dir)), ["lease.2"]);
  second!.release();
});

test("a standby that is stopped has nothing", async (t) => {
  const dir = temporaryFolder(t);
  const clock = new ManualClock();
  const first = FolderLease.acquire(dir, clock)!;
  const stop = new AbortController();
  const waiting = standBy(dir, clock, stop.signal, () => stop.abort());
  assert.equal(await waiting, undefined);
  first.release();
});
