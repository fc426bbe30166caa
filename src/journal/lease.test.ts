import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ownIdentity, type ProcessIdentity } from "../system/process.js";
import { temporaryFolder } from "./journal.cases.js";
import { LEASE_EXPIRY_MS, LEASE_RENEWAL_MS, Lease, leaseHolder } from "./lease.js";

interface Raced {
  readonly numbers: number[];
  readonly collisions: number;
}

const RACER = fileURLToPath(new URL("./lease-race.cases.js", import.meta.url));

function race(folder: string, rounds: number, end = ""): { child: ChildProcess; raced: Promise<Raced> } {
  const child = spawn(process.execPath, [RACER, folder, String(rounds), end], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout! });
  return { child, raced: once(lines, "line").then(([line]) => JSON.parse(line as string) as Raced) };
}

function writeLease(
  folder: string,
  number: number,
  process: ProcessIdentity,
  ageMs: number,
  nowMs: number,
): void {
  const path = join(folder, `lease.${number}`);
  writeFileSync(path, JSON.stringify({ holder: "other", process, released: false }));
  utimesSync(path, (nowMs - ageMs) / 1000, (nowMs - ageMs) / 1000);
}

const leasesIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("lease"));

test("a lease is held by one, and free for the next when it is released", (t) => {
  const folder = temporaryFolder(t);
  const first = Lease.acquire(folder, 0)!;
  assert.ok(first.stillHeld());
  assert.equal(Lease.acquire(folder, 0), undefined);
  assert.deepEqual(leaseHolder(folder, 0), { ...ownIdentity(), sinceMs: 0 });
  first.release();
  assert.equal(leaseHolder(folder, 0), undefined);
  const second = Lease.acquire(folder, 0);
  assert.ok(second !== undefined && second.number > first.number);
  assert.deepEqual([first.stillHeld(), second.stillHeld()], [false, true]);
  first.release();
  assert.ok(second.stillHeld(), "who was overtaken cannot release what another one holds");
  assert.deepEqual(leasesIn(folder), [`lease.${second.number}`]);
});

test("the holder whom a lease was reserved for gets it, as often as he asks, until he releases it", (t) => {
  const folder = temporaryFolder(t);
  const reserved = Lease.acquire(folder, 0, "worker");
  assert.equal(Lease.acquire(folder, 0, "worker")?.number, reserved?.number);
  assert.equal(Lease.acquire(folder, 0, "another"), undefined);
  reserved?.release();
  assert.equal(Lease.acquire(folder, 0, "another")?.number, reserved!.number + 1);
});

test("of many processes that race for a lease one holds it at a time, and its number only rises", async (t) => {
  const folder = temporaryFolder(t);
  const racers = Array.from({ length: 4 }, () => race(folder, 150));
  const results = await Promise.all(racers.map(({ raced }) => raced));
  assert.deepEqual(
    results.map(({ collisions }) => collisions),
    [0, 0, 0, 0],
  );
  const all = results.flatMap(({ numbers }) => numbers);
  assert.equal(new Set(all).size, all.length, "no number is given twice");
  for (const { numbers } of results) {
    assert.ok(numbers.every((number, index) => index === 0 || number > numbers[index - 1]!));
  }
});

test("the lease of a killed process is taken over by exactly one of many, and only then", async (t) => {
  const folder = temporaryFolder(t);
  const { child, raced } = race(folder, 1, "hold");
  const { numbers } = await raced;
  assert.equal(Lease.acquire(folder, Date.now()), undefined, "it lives");
  assert.equal(leaseHolder(folder, Date.now())?.pid, child.pid);
  child.kill("SIGKILL");
  await once(child, "exit");
  const takers = Array.from({ length: 8 }, () => Lease.acquire(folder, Date.now()));
  const taken = takers.filter((lease) => lease !== undefined);
  assert.deepEqual(
    taken.map(({ number }) => number),
    [numbers[0]! + 1],
  );
});

const own = ownIdentity();
const foreign = {
  "another machine": { host: "elsewhere" },
  "another pid namespace": { namespace: "pid:[1]" },
};

for (const [place, difference] of Object.entries(foreign)) {
  test(`a holder on ${place} lives as long as its heartbeat is fresh`, (t) => {
    const folder = temporaryFolder(t);
    const now = Date.now();
    writeLease(folder, 5, { ...own, ...difference }, LEASE_EXPIRY_MS - 1000, now);
    assert.equal(Lease.acquire(folder, now), undefined);
    assert.equal(Lease.acquire(folder, now + 2000)?.number, 6);
  });
}

const dead = {
  "whose pid another process has now": { startTime: "1" },
  "from before the machine restarted": { boot: "earlier" },
  "whose pid no process has": { pid: 2 ** 22 + 1 },
};

for (const [which, difference] of Object.entries(dead)) {
  test(`a holder ${which} is dead at once`, (t) => {
    const folder = temporaryFolder(t);
    const now = Date.now();
    writeLease(folder, 1, { ...own, ...difference }, 0, now);
    assert.equal(leaseHolder(folder, now), undefined);
    assert.equal(Lease.acquire(folder, now)?.number, 2);
  });
}

test("a lease that cannot be read is nobody's", (t) => {
  const folder = temporaryFolder(t);
  for (const text of ["", "{", "null", "[]", '{"holder":"x"}', '{"holder":"x","process":null}']) {
    writeFileSync(join(folder, "lease.7"), text);
    assert.equal(leaseHolder(folder, 0), undefined, text);
    const lease = Lease.acquire(folder, 0);
    assert.equal(lease?.number, 8, text);
    rmSync(join(folder, "lease.8"));
  }
});

test("a holder who was wrongly thought dead sees that he was, even if the one who took over died on the spot", (t) => {
  const folder = temporaryFolder(t);
  const lease = Lease.acquire(folder, 0)!;
  writeLease(folder, lease.number + 1, own, 0, 0);
  assert.equal(lease.stillHeld(), false);
  lease.release();
  assert.ok(existsSync(join(folder, `lease.${lease.number + 1}`)));
});

test("who looks and finds that he has no use for the lease uses no number", (t) => {
  const folder = temporaryFolder(t);
  const look = () => {
    throw new Error("nothing to do here");
  };
  assert.throws(() => Lease.acquire(folder, 0, "one", look), /nothing to do here/);
  assert.deepEqual(leasesIn(folder), []);
  const held = Lease.acquire(folder, 0)!;
  assert.equal(
    Lease.acquire(folder, 0, "one", look),
    undefined,
    "he does not look at what another one holds",
  );
  held.release();
  assert.throws(() => Lease.acquire(folder, 0, "one", look), /nothing to do here/);
  assert.equal(Lease.acquire(folder, 0)?.number, held.number + 1);
});

test("one who comes too late for a number that was given and taken back does not hold it", (t) => {
  const folder = temporaryFolder(t);
  writeLease(folder, 3, own, 0, 0);
  // Between its look at the folder and its claim, 1 was seen as free and 2 was given, released and followed by 3.
  const late = Lease.claim(folder, 2, 0, "late");
  assert.equal(late, undefined);
  assert.deepEqual(leasesIn(folder), ["lease.3"]);
});

test("renewing is seen from other machines, and seldom costs anything", (t) => {
  const folder = temporaryFolder(t);
  const now = Date.now();
  const lease = Lease.acquire(folder, now)!;
  writeLease(folder, lease.number, { ...own, host: "elsewhere" }, 0, now);
  for (let ms = 0; ms <= 3 * LEASE_EXPIRY_MS; ms += LEASE_RENEWAL_MS) {
    lease.renew(now + ms);
    assert.equal(Lease.acquire(folder, now + ms), undefined);
  }
  rmSync(join(folder, `lease.${lease.number}`));
  lease.renew(now + 3 * LEASE_EXPIRY_MS + 1);
  assert.throws(() => lease.renew(now + 4 * LEASE_EXPIRY_MS), { code: "ENOENT" });
  assert.equal(lease.stillHeld(), false);
});
