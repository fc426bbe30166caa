/** Several `dragonlog ship` on one folder: one ships, the others wait, and follow it whatever becomes of it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import type { DragonLogger } from "../../src/index.js";
import { printed } from "./cli.js";
import { GROUP, logNumbers, type Running, Shipping } from "./shipping.js";

const LATENCY_MS = 100;
const IN_FLIGHT_MAX = 3;
const FLAGS = ["--interval", "20ms", "--flush-records", "20", "--in-flight-max", String(IN_FLIGHT_MAX)];
const TURN_MS = 5;
const RECORDS_A_TURN = 10;

/** Shippers on a folder into which records are logged all the time, and a cloud that takes its time to answer. */
class Pair {
  /** The ids in each request that came in. */
  readonly requests: string[][] = [];
  logged = 0;
  readonly #logger: DragonLogger;
  #timer: NodeJS.Timeout | undefined;

  private constructor(readonly shipping: Shipping) {
    this.#logger = shipping.logger();
    shipping.cloud.faults.add({
      kind: "latency",
      ms: LATENCY_MS,
      operation: "PutLogEvents",
      when: (_, { logEvents }) => {
        this.requests.push((logEvents as { message: string }[]).map(({ message }) => idOf(message)));
        return true;
      },
    });
  }

  static async open(context: TestContext): Promise<Pair> {
    const pair = new Pair(await Shipping.open(context));
    context.after(() => clearInterval(pair.#timer));
    return pair;
  }

  /** Resolves when it ships. */
  async active(): Promise<Running> {
    const running = this.shipping.ship(...FLAGS);
    await printed(running.child.stderr, "->");
    return running;
  }

  /** Resolves when it has said that it waits for `active`. */
  async standby({ child: { pid } }: Running): Promise<Running> {
    const running = this.shipping.ship(...FLAGS);
    await waitsFor(running, pid);
    return running;
  }

  /** Logs from now on; resolves when so many more are stored. */
  async stream(events: number): Promise<void> {
    this.#timer ??= setInterval(() => {
      logNumbers(this.#logger, RECORDS_A_TURN, this.logged);
      this.logged += RECORDS_A_TURN;
    }, TURN_MS);
    await this.shipping.untilStored(this.shipping.cloud.stats().eventsStored + events);
  }

  /** Ends the stream and the last shipper, and counts. Returns how many requests hold what was doubled, each pair once. */
  async finish(last: Running): Promise<number> {
    clearInterval(this.#timer);
    const { code, stderr } = await last.stop();
    assert.equal(code, 0, stderr);
    const { distinct, outOfOrder, incomplete, foreign } = this.shipping.cloud.tally();
    assert.deepEqual(
      { distinct, outOfOrder, incomplete, foreign },
      { distinct: this.logged, outOfOrder: 0, incomplete: 0, foreign: 0 },
    );
    return this.#doubledRequests();
  }

  /** Requests of which something came again in a later one, and all of it is stored twice. */
  #doubledRequests(): number {
    const stored = new Map<string, number>();
    for (const { message } of this.shipping.cloud.readStream(GROUP, "web")) {
      stored.set(idOf(message), (stored.get(idOf(message)) ?? 0) + 1);
    }
    const left = new Set([...stored].flatMap(([id, times]) => (times > 1 ? [id] : [])));
    return this.requests.filter((ids) => ids.filter((id) => left.delete(id)).length > 0).length;
  }
}

function idOf(message: string): string {
  return JSON.parse(message).id;
}

function waitsFor({ child }: Running, pid: number | undefined): Promise<void> {
  return printed(child.stderr, `pid ${pid} on `);
}

function takesOver({ child }: Running): Promise<void> {
  return printed(child.stderr, "takes over from pid");
}

test("a standby takes over from a shipper that is killed while it sends", async (context) => {
  const pair = await Pair.open(context);
  const first = await pair.active();
  const second = await pair.standby(first);
  await pair.stream(300);
  const taken = takesOver(second);
  first.child.kill("SIGKILL");
  await taken;
  await pair.stream(300);
  const doubled = await pair.finish(second);
  assert.ok(doubled <= IN_FLIGHT_MAX, `${doubled} requests are doubled`);
  const { stderr } = await second.end;
  assert.match(stderr, /^dragonlog ship: pid \d+ on \S+ ships .* since .*; this one waits as a standby/);
  context.diagnostic(`${pair.logged} records, ${doubled} requests doubled`);
});

test("a standby takes over from a shipper that ends in order, and nothing is doubled", async (context) => {
  const pair = await Pair.open(context);
  const first = await pair.active();
  const second = await pair.standby(first);
  await pair.stream(300);
  const taken = takesOver(second);
  const { code, stderr } = await first.stop();
  // The stream goes on: what was logged after the last look of the first is the second's.
  assert.equal(code, 0, stderr);
  await taken;
  await pair.stream(300);
  assert.equal(await pair.finish(second), 0);
});

test("of three shippers one follows the other, and the third waits for the second", async (context) => {
  const pair = await Pair.open(context);
  const first = await pair.active();
  const standbys = [await pair.standby(first), await pair.standby(first)];
  await pair.stream(100);
  const next = Promise.race(standbys.map(async (standby) => takesOver(standby).then(() => standby)));
  first.child.kill("SIGKILL");
  const second = await next;
  const third = standbys.find((standby) => standby !== second)!;
  await waitsFor(third, second.child.pid);
  await pair.stream(100);
  const taken = takesOver(third);
  second.child.kill("SIGKILL");
  await taken;
  await pair.stream(100);
  const doubled = await pair.finish(third);
  assert.ok(doubled <= 2 * IN_FLIGHT_MAX, `${doubled} requests are doubled`);
});

test("a shipper that was taken for dead and comes back stops shipping, and is the standby of its follower", async (context) => {
  const pair = await Pair.open(context);
  const { shipping } = pair;
  const first = await pair.active();
  const second = await pair.standby(first);
  await pair.stream(100);
  first.child.kill("SIGSTOP");
  const taken = takesOver(second);
  seenFromAfar(shipping.dir);
  await taken;
  await pair.stream(100);
  const waits = Promise.all([
    printed(first.child.stderr, `pid ${second.child.pid} on`),
    printed(first.child.stderr, "waits as a standby"),
  ]);
  first.child.kill("SIGCONT");
  await waits;
  await pair.stream(100);
  const { shippers, writers } = await shipping.status();
  assert.deepEqual(
    [shippers.map(({ pid }) => pid), writers.map(({ takenBy }) => takenBy)],
    [[second.child.pid], [second.child.pid]],
  );
  const back = takesOver(first);
  second.child.kill("SIGKILL");
  await back;
  const doubled = await pair.finish(first);
  assert.ok(doubled <= 2 * IN_FLIGHT_MAX, `${doubled} requests are doubled`);
  const { stderr } = await first.end;
  assert.match(stderr, /no sign of life for too long, and pid \d+ on \S+ took over; .* may arrive twice/);
});

/** Makes each lease look as it does to a machine that cannot see the process, and hears nothing of it. */
function seenFromAfar(dir: string): void {
  for (const folder of [join(dir, "shippers"), ...listJournals(dir)]) {
    for (const name of readdirSync(folder).filter((each) => /^lease\.\d+$/.test(each))) {
      const path = join(folder, name);
      const lease = JSON.parse(readFileSync(path, "utf8"));
      lease.process.host = "elsewhere";
      writeFileSync(path, JSON.stringify(lease));
      utimesSync(path, 0, 0);
    }
  }
}

test("SIGTERM ends a standby at once, with 0, and the other one goes on", async (context) => {
  const shipping = await Shipping.open(context);
  const first = shipping.ship();
  await printed(first.child.stderr, "->");
  const standby = shipping.ship();
  await waitsFor(standby, first.child.pid);
  const { code, stderr, stdout } = await standby.stop();
  assert.deepEqual([code, `${stdout}`], [0, ""]);
  assert.match(stderr, /ends as a standby; it had nothing to deliver\n$/);
  await shipping.log(3);
  assert.equal((await first.stop()).code, 0);
  shipping.assertArrived(3);
});

test("a standby that could never ship says so before it waits", async (context) => {
  const shipping = await Shipping.open(context);
  await printed(shipping.ship().child.stderr, "->");
  const { code, stderr } = await shipping.ship("--stream", "{pod}").end;
  assert.equal(code, 2, stderr);
  assert.match(stderr, /\{pod\}/);
});

test("--once beside a shipper says who ships in one line, does nothing, and ends with 0 when nothing waits", async (context) => {
  const shipping = await Shipping.open(context);
  const first = shipping.ship();
  await printed(first.child.stderr, "->");
  const idle = await shipping.shipOnce();
  assert.equal(idle.code, 0, idle.stderr);
  const { pid } = first.child;
  assert.match(
    idle.stderr,
    new RegExp(`^dragonlog ship: pid ${pid} on .*; nothing waits; nothing is done here\n$`),
  );
  logNumbers(shipping.logger(), 3);
  await shipping.untilClaimed();
  const busy = await shipping.shipOnce();
  assert.equal(busy.code, 1);
  assert.match(busy.stderr, /^dragonlog ship: pid .*; 3 records \(.*\) wait for it; nothing is done here\n$/);
  const { code, stdout, stderr } = await shipping.shipOnce("--json");
  const { done, deliveredRecords, waiting, journals, shipper } = JSON.parse(`${stdout}`);
  assert.deepEqual(
    [code, stderr, done, deliveredRecords, waiting.records, journals.length, shipper.pid],
    [1, "", false, 0, 3, 1, pid],
  );
  assert.equal(shipping.cloud.stats().calls.PutLogEvents, undefined);
  assert.equal((await first.stop()).code, 0);
  shipping.assertArrived(3);
});

test("of two --once at the same time one delivers and the other leaves it to that one", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3);
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  const runs = [shipping.ship("--once"), shipping.ship("--once")];
  const early = await Promise.race(runs.map((run) => run.end.then((result) => ({ run, result }))));
  assert.equal(early.result.code, 1, early.result.stderr);
  assert.match(early.result.stderr, /3 records \(.*\) wait for it; nothing is done here\n$/);
  shipping.cloud.faults.clear();
  const late = await runs.find((run) => run !== early.run)!.end;
  assert.equal(late.code, 0, late.stderr);
  shipping.assertArrived(3);
});

test("one whose lease somebody deletes says so, and goes on", async (context) => {
  const shipping = await Shipping.open(context);
  const running = shipping.ship(...FLAGS);
  await printed(running.child.stderr, "->");
  rmSync(join(shipping.dir, "shippers"), { recursive: true });
  await printed(running.child.stderr, "somebody deleted its lease", "->");
  const { code, stderr } = await running.stop();
  assert.equal(code, 0, stderr);
});
