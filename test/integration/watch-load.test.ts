/** Twenty who look on, and do so badly, while two processes log and one of them is killed. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { chooseSeed, drawBelow } from "../crash/harness/random.js";
import type { LogPlan } from "../crash/programs/log.js";
import { delay, Program, until } from "../harness/program.js";
import { freePort } from "../harness/redis-server.js";
import { readReturnedCalls } from "../harness/returned-calls.js";
import { LiveClient } from "./live-client.js";
import { Shipping } from "./shipping.js";

const RECORDS = 30_000;
const RECORDS_UNTIL_KILLED = 20_000;
/** Of each kind, five: those that stall for good or for a while, and those that go away and come back. */
const CLIENTS_EACH = 5;
/** Five times what a shipper takes with nobody there. */
const MEMORY_BYTES_MAX = 600e6;
/** A thread has some of its own, and so has a connection to the cloud; twenty who are forgotten have more. */
const DESCRIPTORS_MORE_MAX = 10;

const noProc = process.platform === "linux" ? false : "counts memory and descriptors by /proc";

test("those who stall and those who vanish take nothing from anybody", { skip: noProc }, async (context) => {
  const seed = chooseSeed();
  context.diagnostic(`CRASH_SEED=${seed}`);
  const shipping = await Shipping.open(context);
  shipping.cloud.faults.add({ kind: "latency", operation: "PutLogEvents", ms: 0, msMax: 30 });
  const port = await freePort();
  const shipper = shipping.ship("--interval", "50ms", "--listen", `127.0.0.1:${port}`);
  const pid = shipper.child.pid!;
  await untilServed(port);
  await comeAndGo(shipping, port);
  const descriptorsBefore = descriptorsOf(pid);

  const reading = newClients(port, 2);
  const stalling = newClients(port, CLIENTS_EACH);
  const pausing = newClients(port, CLIENTS_EACH);
  const vanishing = newClients(port, CLIENTS_EACH);
  const vanishingBrowsers = newClients(port, CLIENTS_EACH, "per_second_max=500&line_bytes_max=4096");
  const clients = [...reading, ...stalling, ...pausing, ...vanishing, ...vanishingBrowsers];
  await Promise.all(clients.map((client) => client.connect()));
  context.after(() => disconnect(clients));
  for (const client of stalling) client.stall();

  const ended = new AbortController();
  const behaving = [
    ...pausing.map((client, n) => pauseAtRandom(client, seed + n, ended.signal)),
    ...[...vanishing, ...vanishingBrowsers].map((client, n) =>
      vanishAtRandom(client, seed + 100 + n, ended.signal),
    ),
  ];
  const memory = watchMemory(pid, ended.signal);
  const total = await logByTwo(context, shipping, seed);
  await shipping.untilStored(1 + total);
  ended.abort();
  await Promise.all(behaving);

  shipping.assertArrived(1 + total);
  for (const [n, client] of [...reading, ...pausing].entries()) {
    const told = (): string => `client ${n} of ${total}: ${client.account}`;
    await until(() => client.matched + client.missed >= total, told);
    assert.equal(client.matched + client.missed, total, told());
    assert.equal(client.records, client.matched, told());
  }
  for (const client of reading)
    context.diagnostic(`a reader saw ${client.records} and missed ${client.missed}`);
  assert.deepEqual(
    clients.flatMap(({ faults }) => faults),
    [],
  );
  assert.ok(
    vanishing.every(({ records }) => records > 0),
    "one that came back was shown nothing",
  );

  const bytes = await memory;
  context.diagnostic(`the shipper took ${Math.round(bytes / 1e6)} MB at most`);
  assert.ok(bytes < MEMORY_BYTES_MAX, `${bytes} bytes`);
  disconnect(clients);
  await until(
    () => descriptorsOf(pid) <= descriptorsBefore + DESCRIPTORS_MORE_MAX,
    () => `${descriptorsOf(pid)} descriptors, ${descriptorsBefore} before`,
  );
  const { code, stderr } = await shipper.stop();
  assert.equal(code, 0, stderr);
});

function newClients(port: number, count: number, query?: string): LiveClient[] {
  return Array.from(
    { length: count },
    () => new LiveClient({ port, ...(query === undefined ? {} : { query }) }),
  );
}

function disconnect(clients: readonly LiveClient[]): void {
  for (const client of clients) client.disconnect();
}

async function untilServed(port: number): Promise<void> {
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(answers, () => "the page was never served");
}

/** So that what a first viewer and a first delivery open is there before it is counted. */
async function comeAndGo(shipping: Shipping, port: number): Promise<void> {
  const [client] = newClients(port, 1, "last=1");
  await shipping.log(1);
  await shipping.untilStored(1);
  await client!.connect();
  await until(
    () => client!.records === 1,
    () => "what has just been delivered was not shown",
  );
  client!.disconnect();
}

/** Resolves with how many records were logged, when one has logged all of them and the other has been killed. */
async function logByTwo(context: TestContext, shipping: Shipping, seed: number): Promise<number> {
  const start = (service: string): { program: Program; returned: () => number } => {
    const returnedPath = join(shipping.cli.dir, service);
    const pace = { segmentBytes: 1 << 20, callsPerTurn: 40, pauseMs: 4, callsMax: RECORDS };
    const plan: LogPlan = { dir: shipping.dir, returnedPath, service, seed, ...pace };
    const program = Program.start("crash/programs/log", plan);
    context.after(() => program.end());
    return { program, returned: () => readReturnedCalls(returnedPath) };
  };
  const [lasting, killed] = [start("lasting"), start("killed")];
  await until(
    () => killed.returned() >= RECORDS_UNTIL_KILLED,
    () => `${killed.returned()} were logged`,
  );
  await killed.program.kill();
  await until(
    () => lasting.returned() === RECORDS,
    () => `${lasting.returned()} were logged`,
  );
  await lasting.program.finish();
  const total = RECORDS + killed.returned();
  // The last call may have returned without being counted.
  await shipping.untilStored(1 + total);
  return shipping.cloud.stats().eventsStored - 1;
}

async function pauseAtRandom(client: LiveClient, seed: number, ended: AbortSignal): Promise<void> {
  for (let n = 0; !ended.aborted; n++) {
    client.stall();
    await delay(100 + drawBelow(900, seed, 2 * n));
    client.resume();
    await delay(drawBelow(300, seed, 2 * n + 1));
  }
}

async function vanishAtRandom(client: LiveClient, seed: number, ended: AbortSignal): Promise<void> {
  for (let n = 0; !ended.aborted; n++) {
    await delay(50 + drawBelow(500, seed, 3 * n));
    if (drawBelow(2, seed, 3 * n + 1) === 0) client.stall();
    client.disconnect();
    await delay(drawBelow(200, seed, 3 * n + 2));
    await client.connect();
    client.resume();
  }
}

/** The most that is resident until the signal. */
async function watchMemory(pid: number, ended: AbortSignal): Promise<number> {
  let most = 0;
  while (!ended.aborted) {
    const [, kB] = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    most = Math.max(most, Number(kB) * 1024);
    await delay(50);
  }
  return most;
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
