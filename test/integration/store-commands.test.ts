/** `status`, `flush`, `doctor` and `ship` with a store: well, with nothing in it yet, refused, stopped, and used wrongly. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import { createProgram } from "../../src/cli/program.js";
import type { Check } from "../../src/setup/doctor/check.js";
import type { Overview, StoreOverview } from "../../src/watch/overview.js";
import { until } from "../harness/program.js";
import { noRedisServer, type RedisServer } from "../harness/redis-server.js";
import { Forwarding } from "./forwarding.js";
import { App } from "./in-app.js";
import { logNumbers, type Running, type Shipping } from "./shipping.js";

const REAL = { skip: noRedisServer };

type Status = Overview & { readonly store: StoreOverview };

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the doctor is to look at as the destination. */
const FILES = ["--to", "directory:/tmp"];

class Scene {
  private constructor(readonly forwarding: Forwarding) {}

  static async open(context: TestContext): Promise<Scene> {
    return new Scene(await Forwarding.open(context));
  }

  get shipping(): Shipping {
    return this.forwarding.shipping;
  }

  get server(): RedisServer {
    return this.forwarding.server;
  }

  /** In this process, in a tenth of the time that one of its own takes. */
  run(command: string, ...flags: string[]): Promise<Outcome> {
    return this.runAt(this.server.url, command, ...flags);
  }

  async runAt(url: string, command: string, ...flags: string[]): Promise<Outcome> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const { signal } = new AbortController();
    let code = -1;
    const program = createProgram(async (_signals, _inJson, run) => {
      code = await run({ stdin: new PassThrough(), stdout, stderr, signal });
    });
    const places = ["--buffer", url, "--journal-dir", this.shipping.dir];
    await program.parseAsync([command, ...places, ...flags], { from: "user" });
    return { code, stdout: `${stdout.read() ?? ""}`, stderr: `${stderr.read() ?? ""}` };
  }

  async status(expectedCode: number, ...flags: string[]): Promise<Status> {
    const { code, stdout, stderr } = await this.run("status", "--json", ...flags);
    assert.deepEqual([code, stderr], [expectedCode, ""], `${stdout}`);
    return JSON.parse(`${stdout}`);
  }

  /** The checks by name, of files: nothing else has to be there. */
  async doctor(expectedCode: number, ...flags: string[]): Promise<Record<string, Check>> {
    const { code, stdout, stderr } = await this.run("doctor", "--json", ...FILES, ...flags);
    assert.deepEqual([code, stderr], [expectedCode, ""], `${stdout}`);
    const { checks } = JSON.parse(`${stdout}`) as { checks: Check[] };
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  }

  ship(...flags: string[]): Running {
    return this.shipping.ship("--buffer", this.server.url, ...flags);
  }

  /** Records in a journal whose application was killed before anything of it came into the store. */
  async leaveBehind(count: number): Promise<void> {
    await this.server.kill();
    const app = new App(this.shipping);
    await this.forwarding.openIn(app, "web");
    await app.log("web", count);
    await app.kill();
    await this.server.start();
  }
}

test(
  "a store that nobody has used yet is shown, waits for nothing and changes by no look",
  REAL,
  async (context) => {
    const scene = await Scene.open(context);
    const { store, health, writers, forwarders } = await scene.status(0);
    assert.deepEqual(
      [health.problems, writers, forwarders, store.partitions, store.shippers],
      [[], [], [], 0, []],
    );
    assert.deepEqual(store.lists, [{ key: "logs:buffer", entries: 0 }]);
    const [{ kind, version, usedBytes, evicts }] = store.servers as [StoreOverview["servers"][0]];
    assert.deepEqual([kind, evicts], ["redis", false]);
    assert.match(version, /^\d+\./);
    assert.ok(usedBytes > 0);
    const flushed = await scene.run("flush", "--deadline", "20s");
    assert.deepEqual(
      [flushed.code, /everything .* is delivered/.test(flushed.stderr)],
      [0, true],
      flushed.stderr,
    );
    const { "store memory": memory, ...checks } = await scene.doctor(0);
    assert.match(memory!.message, /there is no limit/);
    for (const name of [
      "store",
      "store commands",
      "store eviction",
      "store clock",
      "list logs:buffer",
      "shippers",
    ]) {
      assert.equal(checks[name]?.state, "ok", JSON.stringify(checks));
    }
    // Nothing remains of all this but the wish, and how many partitions there are, where the forwarder of the flush came to that.
    const left = ["dragonlog:flush", "dragonlog:partitions"];
    const keys = (await scene.server.command("KEYS", "*")) as string[];
    assert.deepEqual(
      keys.map(String).filter((key) => !left.includes(key)),
      [],
    );
  },
);

test(
  "status counts what waits on both sides, and names who forwards, who ships what, and what is missing",
  REAL,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping, server } = scene;
    const logger = shipping.logger("we\u001b[2Jb", { buffer: server.url });
    logNumbers(logger, 30);
    await scene.forwarding.untilStored(30);
    await server.command("RPUSH", "li\u0007st", "{}", "{}");
    // What is in the store as well counts once, as soon as the forwarder says so.
    let alone = await scene.status(1, "--list", "li\u0007st");
    await until(
      async () => {
        alone = await scene.status(1, "--list", "li\u0007st");
        return alone.forwarders[0]?.inStore === 30;
      },
      () => "the forwarder never said what is in the store",
    );
    assert.deepEqual(
      [
        alone.waiting.records,
        alone.store.waiting.records,
        alone.store.lists[0]?.entries,
        alone.forwarders.length,
      ],
      [30, 30, 2, 1],
    );
    assert.match(alone.health.problems.join(), /32 records wait in the store, and no shipper lives/);

    const shipper = scene.ship();
    await until(
      async () => {
        const { stdout } = await scene.run("status", "--list", "none", "--json");
        return (JSON.parse(`${stdout}`) as Status).store.shippers[0]?.partitions === 16;
      },
      () => "the shipper never had all partitions",
    );
    const words = ["status", "--buffer", server.url, "--list", "li\u0007st"];
    const forwarded = new RegExp(`^${process.pid} +redis://\\S+ +1 +30 +30$`, "m");
    // A forwarder says every few seconds what it does.
    await until(
      async () => forwarded.test(`${(await shipping.cli.run(words)).stdout}`),
      () => "the forwarder never said what it has put into the store",
    );
    const { code, stdout } = await shipping.cli.run(words);
    const text = `${stdout}`;
    assert.equal(code, 0, text);
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
    assert.match(text, /^redis:.*: 30 records wait in 1 block \(/m);
    assert.match(text, /^redis \d\S+: [\d.]+ MiB used without a limit$/m);
    assert.match(text, /^list li\\u\{7\}st: 2 entries wait$/m);
    assert.match(text, new RegExp(`^${shipper.child.pid} +\\S+ +0-15$`, "m"));
    assert.match(text, forwarded);

    const { code: flushed, stderr } = await scene.run("flush", "--deadline", "30s");
    assert.equal(flushed, 0, stderr);
    shipping.assertArrived(30);
    const after = await scene.status(0, "--list", "none");
    assert.deepEqual([after.waiting.records, after.store.waiting.records], [0, 0]);
  },
);

test("flush says what stays and why: nobody ships, the store is away", REAL, async (context) => {
  const scene = await Scene.open(context);
  const { shipping, server } = scene;
  const logger = shipping.logger("web", { buffer: server.url });
  logNumbers(logger, 5);
  await scene.forwarding.untilStored(5);
  const unshipped = await scene.run("flush", "--deadline", "300ms");
  assert.equal(unshipped.code, 1);
  assert.match(unshipped.stderr, /5 records \(.*\) still wait in /);
  assert.match(unshipped.stderr, /^web +\w+ +5 .* \d+\n/m);
  assert.match(
    unshipped.stderr,
    /holds 5 records of all machines; no shipper empties it: start `dragonlog ship`/,
  );
  await server.kill();
  const away = await scene.run("flush", "--deadline", "300ms", "--json");
  const { done, waiting, store } = JSON.parse(`${away.stdout}`);
  assert.deepEqual(
    [away.code, done, waiting.records, store.error.code],
    [1, false, 5, "DRAGONLOG_STORE_FAILED"],
  );
  await server.start();
});

test(
  "what an application has left behind is flushed, and shipped, by whoever is on its machine",
  REAL,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping } = scene;
    await scene.leaveBehind(20);
    const [journal] = listJournals(shipping.dir);
    const {
      health: { problems },
      store,
    } = await scene.status(1);
    assert.deepEqual([store.waiting.records, problems.length], [0, 1], problems.join());
    assert.match(problems[0]!, /1 journal waits without a forwarder/);
    const once = await scene.ship("--once", "--json").end;
    assert.equal(once.code, 0, once.stderr);
    const report = JSON.parse(`${once.stdout}`);
    assert.deepEqual([report.done, report.deliveredRecords, report.waiting.records], [true, 20, 0]);
    shipping.assertArrived(20);
    assert.ok(!existsSync(journal!), "what is delivered is let go of");

    // One that runs finds it as well, and so does a flush beside it.
    await scene.leaveBehind(10);
    const shipper = scene.ship();
    const { code, stderr } = await scene.run("flush", "--deadline", "30s");
    assert.equal(code, 0, stderr);
    assert.equal((await shipper.stop()).code, 0);
    shipping.assertArrived(30);
    assert.deepEqual(listJournals(shipping.dir), []);
  },
);

test(
  "what an application that has ended in order has put into the store waits for a shipper, and for no forwarder",
  REAL,
  async (context) => {
    const scene = await Scene.open(context);
    const app = new App(scene.shipping);
    await scene.forwarding.openIn(app, "web");
    await app.log("web", 5);
    await app.finish();
    assert.equal(listJournals(scene.shipping.dir).length, 1);
    const { health, store } = await scene.status(1);
    assert.equal(store.waiting.records, 5);
    assert.deepEqual(health.problems, [
      "5 records wait in the store, and no shipper lives: start `dragonlog ship` with this --buffer",
    ]);
  },
);

test("--once says what stays in the journals where the store is in the way", REAL, async (context) => {
  const scene = await Scene.open(context);
  await scene.leaveBehind(3);
  await scene.server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  const { code, stderr } = await scene.ship("--once").end;
  assert.equal(code, 1);
  assert.match(stderr, /deletes what it was given when it is full/);
  assert.match(stderr, /not everything is delivered.*; 3 records \(.*\) stay in .*\n(.*\n)?\w+ +\w+ +3 /);
  const { health } = await scene.status(1);
  assert.match(health.problems.join("\n"), /this redis deletes what it was given/);
  assert.equal((await scene.doctor(1))["store eviction"]?.state, "failed");
});

test(
  "a store that refuses, hangs or is gone: each command says so in time, and still shows this machine",
  REAL,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping, server } = scene;
    await shipping.log(2, "local");
    const commands: readonly [string, ...string[]][] = [
      ["status"],
      ["flush", "--deadline", "300ms"],
      ["doctor", ...FILES],
    ];
    const each = (login = ""): Promise<Outcome[]> => {
      const url = server.url.replace("//", `//${login}`);
      return Promise.all(commands.map((words) => scene.runAt(url, ...words)));
    };
    const assertTold = (results: readonly Outcome[], why: RegExp): void => {
      for (const { code, stdout, stderr } of results) {
        assert.equal(code, 1);
        assert.match(`${stdout}${stderr}`, why);
        assert.doesNotMatch(`${stdout}${stderr}`, /hunter2/);
      }
      assert.match(`${results[0]!.stdout}`, /^waiting +2 records \([\s\S]*^local .*any shipper/m);
      assert.match(`${results[1]!.stderr}`, /the store has not answered/);
    };
    await server.command("CONFIG", "SET", "requirepass", "sesame");
    assertTold(await each(":hunter2@"), /WRONGPASS/);
    assertTold(await each(), /NOAUTH/);
    server.pause();
    assertTold(await each(":sesame@"), /no answer within|timeout/i);
    server.resume();
    await server.kill();
    assertTold(await each(), /ECONNREFUSED/);
    await server.start();
  },
);

test(
  "doctor tells what is wrong with a store, a list and its memory, and leaves nothing in it",
  REAL,
  async (context) => {
    const scene = await Scene.open(context);
    const { server } = scene;
    await server.command("SET", "no-list", "x");
    await server.limitMemory(4 << 20);
    const checks = await scene.doctor(1, "--list", "no-list", "--store-bytes-max", "1MiB");
    assert.equal(checks["list no-list"]?.state, "failed");
    assert.match(checks["list no-list"]!.message, /WRONGTYPE/);
    assert.equal(checks["store memory"]?.state, "warning", JSON.stringify(checks["store memory"]));
    assert.match(checks["store persistence"]!.message, /no appendonly/);
    assert.deepEqual(await server.command("KEYS", "dragonlog:*"), []);
    // A user who may do less than dragonlog needs.
    await server.command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-xtrim");
    const url = server.url.replace("//", "//app:pw@");
    const { stdout } = await scene.runAt(url, "doctor", "--json", ...FILES);
    const found = (JSON.parse(`${stdout}`) as { checks: Check[] }).checks.find(
      ({ name }) => name === "store commands",
    );
    assert.deepEqual([found?.state, /xtrim/i.test(`${found?.message}`)], ["failed", true], found?.message);
    assert.deepEqual(await server.command("KEYS", "dragonlog:*"), []);
  },
);
