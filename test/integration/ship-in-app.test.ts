/** `new DragonLogger({ to: … })` in applications that flush, close, end, exit or are killed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { listJournals } from "../../src/buffer/journal.js";
import type { Result } from "./cli.js";
import type { Order } from "./programs/in-app.js";
import { GROUP, Shipping } from "./shipping.js";

type ShippingOptions = Extract<Order, { open: string }>["options"];

interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));

/** The application, which does what it is told. */
class App {
  readonly troubles: Trouble[] = [];
  readonly end: Promise<Result>;
  readonly pid: number;
  readonly #child;
  readonly #shipping: Shipping;
  #done: (line: string) => void = () => {};

  constructor(shipping: Shipping, { env = {}, preload }: { env?: NodeJS.ProcessEnv; preload?: string } = {}) {
    this.#shipping = shipping;
    const before = preload === undefined ? [] : ["--import", program(preload)];
    this.#child = spawn(process.execPath, [...before, program("in-app")], {
      cwd: shipping.cli.dir,
      env: { ...shipping.cli.env, ...env },
    });
    this.pid = this.#child.pid!;
    this.#child.stdin.on("error", () => undefined);
    this.end = shipping.start(this.#child).end;
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const { done, trouble } = JSON.parse(line);
      if (trouble === undefined) this.#done(done);
      else this.troubles.push(trouble);
    });
  }

  /** Resolves when it is done; an application that ends before has said why. */
  async order(order: Order): Promise<void> {
    const done = new Promise<string>((resolve) => {
      this.#done = resolve;
    });
    this.tell(order);
    const ended = this.end.then(({ stderr }) => assert.fail(`it has ended: ${stderr}`));
    assert.equal(await Promise.race([done, ended]), JSON.stringify(order));
  }

  /** For orders that the application does not survive. */
  tell(order: Order): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  async open(name: string, options: Partial<ShippingOptions> = {}): Promise<void> {
    const cloud = { to: "cloudwatch", endpoint: this.#shipping.cloud.url, group: GROUP, interval: "1h" };
    await this.order({ open: name, options: { ...cloud, ...options } });
  }

  async log(name: string, count: number, from = 0): Promise<void> {
    await this.order({ log: name, count, from });
  }

  kill(): Promise<Result> {
    this.#child.kill("SIGKILL");
    return this.end;
  }

  /** Nothing is left to do; it must end by itself and in order. */
  async finish(): Promise<void> {
    this.tell({ end: true });
    const { code, signal, stderr } = await this.end;
    assert.deepEqual([code, signal, stderr], [0, null, ""]);
  }
}

async function open(context: TestContext, options?: ConstructorParameters<typeof App>[1]) {
  const shipping = await Shipping.open(context);
  return { shipping, app: new App(shipping, options) };
}

test("flush delivers, again and again; close delivers the rest and leaves no journal", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 10);
  await app.order({ flush: "web" });
  shipping.assertArrived(10);
  await app.log("web", 10, 10);
  await app.order({ flush: "web" });
  shipping.assertArrived(20);
  await app.log("web", 10, 20);
  await app.order({ close: "web" });
  shipping.assertArrived(30);
  assert.deepEqual(listJournals(shipping.dir), []);
  assert.deepEqual((await shipping.status()).shippers, []);
  await app.finish();
  assert.deepEqual(app.troubles, []);
});

test("records go by their number and by the interval, without a flush", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 1000);
  await shipping.untilStored(1000);
  await app.open("quick", { interval: "50ms" });
  await app.log("quick", 5);
  await shipping.untilStored(1005);
  await app.finish();
  shipping.assertArrived(1005);
});

test("a program that has nothing left to do delivers before it ends", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 100);
  await app.finish();
  shipping.assertArrived(100);
});

test("a program whose cloud is away ends all the same, and the next one delivers", async (context) => {
  const { shipping, app } = await open(context);
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  await app.open("web", { drainDeadline: "300ms" });
  await app.log("web", 10);
  await app.finish();
  assert.equal((await shipping.status()).waiting.records, 10);
  shipping.cloud.faults.clear();
  const next = new App(shipping);
  await next.open("web");
  await next.log("web", 5);
  await next.finish();
  shipping.assertArrived(15);
  assert.equal((await shipping.status()).waiting.records, 0);
});

test("close gives up at the deadline and leaves the rest", async (context) => {
  const { shipping, app } = await open(context);
  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  await app.open("web", { drainDeadline: "300ms" });
  await app.log("web", 10);
  await app.order({ close: "web" });
  await app.finish();
  assert.equal((await shipping.status()).waiting.records, 10);
});

test("a flush beside a close ends with it", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web", { drainDeadline: "10m" });
  await app.log("web", 10);
  await app.order({ flushAndClose: "web" });
  await app.finish();
  shipping.assertArrived(10);
});

for (const [how, leave] of [
  [
    "process.exit right after logging",
    async (app: App) => {
      app.tell({ log: "web", count: 10, from: 5 });
      app.tell({ exit: 3 });
      assert.equal((await app.end).code, 3);
    },
  ],
  [
    "SIGKILL",
    async (app: App) => {
      await app.log("web", 10, 5);
      assert.equal((await app.kill()).signal, "SIGKILL");
    },
  ],
] as const) {
  test(`what ${how} leaves is delivered by the next start, once and in order`, async (context) => {
    const { shipping, app } = await open(context);
    await app.open("web");
    await app.log("web", 5);
    await app.order({ flush: "web" });
    await leave(app);
    assert.equal((await shipping.status()).waiting.records, 10);
    const next = new App(shipping);
    await next.open("web");
    await next.log("web", 1);
    await next.order({ flush: "web" });
    shipping.assertArrived(16);
    await next.finish();
    assert.deepEqual(
      (await shipping.status()).journals.map(({ pid }) => pid),
      [next.pid],
      "the journal of the dead one is gone",
    );
  });
}

test("`dragonlog ship` leaves the journals of a living application alone, and takes over those of a dead one", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.log("web", 10);
  await shipping.log(3, "other");
  const shipper = shipping.ship("--interval", "20ms");
  await shipping.untilStored(3);
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(3);
  const { journals } = await shipping.status();
  assert.deepEqual(
    journals.map(({ service, waiting: { records }, shipperPid }) => [service, records, shipperPid]),
    [["web", 10, app.pid]],
  );
  await app.order({ flush: "web" });
  shipping.assertArrived(13);
  await app.log("web", 10, 10);
  await app.kill();
  await shipping.untilStored(23);
  assert.equal((await shipper.stop()).code, 0);
  shipping.assertArrived(23);
  assert.deepEqual(listJournals(shipping.dir), []);
});

test("loggers with one destination share one worker, which ends with the last of them", async (context) => {
  const { shipping, app } = await open(context);
  await app.open("web");
  await app.open("job");
  await app.log("web", 5);
  await app.log("job", 5);
  await shipping.untilStatus(({ shippers }) => shippers.length === 1);
  await app.order({ close: "web" });
  assert.equal(shipping.stored("web").length, 5, "its records are delivered, although its shipper goes on");
  await app.order({ flush: "job" });
  shipping.assertArrived(10);
  assert.equal((await shipping.status()).shippers.length, 1);
  await app.order({ close: "job" });
  assert.equal((await shipping.status()).shippers.length, 0);
  await app.open("web");
  await app.log("web", 1);
  await app.order({ flush: "web" });
  shipping.assertArrived(11);
  await app.finish();
});

test("two destinations in one folder do not mix, also after a crash", async (context) => {
  const { shipping, app } = await open(context);
  const options = { stream: "one" };
  const others = { stream: "two" };
  await app.open("a", options);
  await app.open("b", others);
  await app.log("a", 5);
  await app.log("b", 7);
  await app.order({ flush: "a" });
  await app.order({ flush: "b" });
  assert.deepEqual([shipping.stored("one").length, shipping.stored("two").length], [5, 7]);
  await app.log("a", 5, 5);
  await app.log("b", 7, 7);
  await app.kill();
  const next = new App(shipping);
  await next.open("c", others);
  await next.order({ flush: "c" });
  assert.deepEqual([shipping.stored("one").length, shipping.stored("two").length], [5, 14]);
  await next.open("d", options);
  await next.order({ flush: "d" });
  assert.deepEqual([shipping.stored("one").length, shipping.stored("two").length], [10, 14]);
  shipping.assertArrived(24);
  await next.finish();
});

test("a worker that dies is started again, is told of, and doubles nothing", async (context) => {
  const shipping = await Shipping.open(context);
  const died = join(shipping.cli.dir, "died");
  const app = new App(shipping, { preload: "die-once", env: { DIED_PATH: died } });
  await app.open("web", { interval: "20ms" });
  for (let from = 0; app.troubles.length === 0; from += 10) {
    await app.log("web", 10, from);
    await shipping.status();
    assert.ok(from < 1000, "the worker does not die");
  }
  assert.ok(existsSync(died));
  await app.log("web", 10, 1000);
  await app.order({ flush: "web" });
  const { distinct, lost } = shipping.cloud.tally();
  assert.equal(lost, 0);
  shipping.assertArrived(distinct);
  assert.equal((shipping.stored().at(-1)!.metadata as { n: number }).n, 1009);
  await app.finish();
  assert.deepEqual(
    app.troubles.map(({ code, message }) => `${code} ${message}`),
    ["DRAGONLOG_SHIPPER_FAILED The shipper in this process: a defect in the worker"],
  );
});

test("missing credentials are told, and do not keep the program", async (context) => {
  const shipping = await Shipping.open(context);
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...env } = shipping.cli.env;
  shipping.cli.env.AWS_ACCESS_KEY_ID = undefined;
  shipping.cli.env.AWS_SECRET_ACCESS_KEY = undefined;
  const app = new App(shipping, { env: { ...env, HOME: shipping.cli.dir } });
  await app.open("web", { drainDeadline: "2s" });
  await app.log("web", 3);
  await app.finish();
  assert.deepEqual(
    app.troubles.map(({ code }) => code),
    ["DRAGONLOG_SHIPPER_FAILED"],
  );
  assert.match(app.troubles[0]!.message, /credentials/);
  assert.equal((await shipping.status()).waiting.records, 3);
});

test("files need no AWS SDK", async (context) => {
  const { shipping, app } = await open(context, { preload: "without-aws-sdk" });
  const logs = join(shipping.cli.dir, "logs");
  await app.open("web", { to: `directory:${logs}` });
  await app.log("web", 10);
  await app.order({ flush: "web" });
  const folder = join(logs, GROUP, "web");
  const lines = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), "utf8").trimEnd().split("\n"),
  );
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).metadata.n),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  await app.finish();
  assert.deepEqual(app.troubles, []);
});

test("a missing AWS SDK is told with what mends it, and does not keep the program", async (context) => {
  const { shipping, app } = await open(context, { preload: "without-aws-sdk" });
  await app.open("web", { drainDeadline: "1s" });
  await app.log("web", 3);
  await app.finish();
  const [{ message, hint }] = app.troubles as [Trouble];
  assert.match(message, /needs the package @aws-sdk\/client-cloudwatch-logs/);
  assert.match(hint, /npm install @aws-sdk\/client-cloudwatch-logs/);
  assert.equal((await shipping.status()).waiting.records, 3);
});
