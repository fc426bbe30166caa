/** `dragonlog ship --list …`: what any program pushes to a list of a real store, delivered by real shippers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "../harness/program.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";
import { type Running, Shipping } from "./shipping.js";

const LIST = "logs:buffer";
/** Of the first record; a list in order of time comes out in order. */
const START_MS = Date.now() - 60_000;

class Scene {
  private constructor(
    readonly shipping: Shipping,
    readonly server: RedisServer,
  ) {}

  static async open(context: TestContext, flags: readonly string[] = []): Promise<Scene> {
    const shipping = await Shipping.open(context);
    const server = await RedisServer.start({ flags });
    context.after(() => server.stop());
    return new Scene(shipping, server);
  }

  /** A shipper with a folder of its own, as on a machine of its own. */
  ship(name: string, ...flags: string[]): Running {
    const folder = join(this.shipping.cli.dir, name);
    return this.shipping.ship(
      ...["--buffer", this.server.url, "--journal-dir", folder],
      ...["--interval", "50ms", "--lease-expiry", "1s"],
      ...flags,
    );
  }

  once(...flags: string[]) {
    return this.shipping.shipOnce("--buffer", this.server.url, "--json", ...flags);
  }

  async push(elements: readonly (object | string)[], list = LIST): Promise<void> {
    const texts = elements.map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
    await this.server.command("RPUSH", list, ...texts);
  }

  async untilEmpty(list = LIST): Promise<void> {
    await until(
      async () => (await this.length(list)) === 0,
      () => `${list} is not emptied`,
    );
  }

  async length(list = LIST): Promise<number> {
    return Number(await this.server.command("LLEN", list));
  }
}

const cases = { skip: noRedisServer };

/** Records as a program of another language pushes them, a millisecond apart. */
function numbered(count: number, from = 0, service = "web"): object[] {
  return Array.from({ length: count }, (_, index) => ({
    timestamp: START_MS + from + index,
    service,
    data: { n: from + index },
    type: "INFO",
    request_id: `r-${from + index}`,
    metadata: { from: "python" },
  }));
}

function numbersOf(records: readonly Record<string, unknown>[]): number[] {
  return records.map(({ data }) => (data as { n: number }).n);
}

test(
  "what is pushed arrives with its own timestamp, names and order, and --once ends when the list is empty",
  cases,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping } = scene;
    const now = Date.now();
    const iso = (ms: number): string => new Date(ms).toISOString();
    await scene.push([
      {
        timestamp: iso(now - 5000).replace("Z", "123+00:00"),
        service: "py",
        data: { paid: 12.5 },
        type: "AUDIT",
        request_id: "r-1",
        metadata: { host: "a" },
      },
      { timestamp: now - 4000, service: "py", data: "a text", id: "mine", metadata: { id: "x" } },
      `{"timestamp":${now - 3000},"service":"py","data":12345678901234567890,"__proto__":{"a":1}}`,
      { service: "py" },
      { timestamp: "yesterday", service: "py", data: null, request_id: 7 },
    ]);
    await scene.push([{ data: "of no service" }]);
    const { code, stdout, stderr } = await scene.once();
    assert.equal(code, 0, stderr);
    const { deliveredRecords, lists } = JSON.parse(`${stdout}`);
    assert.deepEqual([deliveredRecords, lists], [6, { [LIST]: 6 }]);
    assert.equal(await scene.length(), 0);
    shipping.assertArrived(6);
    const records = shipping.stored("py");
    const [first, second, third, bare, odd] = records;
    const ids = records.map(({ id }) => `${id}`);
    const writer = ids[0]!.split("-")[0]!;
    assert.match(writer, /^[a-z0-9]{12}$/);
    assert.deepEqual(
      ids,
      [0, 1, 2, 3, 4].map((seq) => `${writer}-${seq}`),
    );
    assert.deepEqual(first, {
      timestamp: iso(now - 5000),
      service: "py",
      data: { paid: 12.5 },
      type: "AUDIT",
      request_id: "r-1",
      metadata: { host: "a" },
      id: `${writer}-0`,
    });
    assert.deepEqual([second!.timestamp, second!.type], [iso(now - 4000), "INFO"]);
    assert.deepEqual(second!.metadata, { id_given: "mine", id: "x" });
    assert.equal(third!.data, "12345678901234567890");
    assert.deepEqual(Object.entries(third!.metadata as object), [["__proto__", { a: 1 }]]);
    assert.ok(Date.parse(`${bare!.timestamp}`) >= now);
    assert.equal(bare!.data, null);
    assert.deepEqual([odd!.request_id, odd!.metadata], [7, { timestamp_given: "yesterday" }]);
    assert.equal(shipping.stored("logs_buffer")[0]!.data, "of no service");
  },
);

test(
  "what is no record becomes a dead letter with its bytes, and the rest is delivered",
  cases,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping } = scene;
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    const deep = `${"[".repeat(100)}${"]".repeat(100)}`;
    await scene.push(numbered(1));

    await scene.server.command(
      "RPUSH",
      LIST,
      bytes,
      Buffer.from("no json"),
      Buffer.from("[1]"),
      Buffer.from(""),
    );
    await scene.push([`{"data":${deep}}`, ...numbered(1, 1)]);
    const { code, stdout, stderr } = await scene.once();
    assert.equal(code, 0, stderr);
    const { deadLetters, deliveredRecords } = JSON.parse(`${stdout}`);
    assert.deepEqual([deadLetters, deliveredRecords], [{ malformed: 5 }, 2]);
    assert.deepEqual(numbersOf(shipping.stored()), [0, 1]);
    assert.equal(await scene.length(), 0);
    const letters = shipping.deadLetters();
    assert.deepEqual(
      letters.map(({ line, line_base64 }) => line ?? Buffer.from(`${line_base64}`, "base64")),
      [bytes, "no json", "[1]", "", `{"data":${deep}}`],
    );
    const [writer] = `${shipping.stored()[0]!.id}`.split("-");
    assert.deepEqual(
      letters.map(({ id, reason }) => [id, reason]),
      [1, 2, 3, 4, 5].map((seq) => [`${writer}-${seq}`, "malformed"]),
    );

    const { cli } = shipping;
    const list = await cli.run(["dead", "list", "--json"]);
    const keys = `${list.stdout}`
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).key as string);
    const show = await cli.run(["dead", "show", keys[0]!]);
    assert.match(`${show.stdout}`, /malformed[\s\S]*4 bytes, not UTF-8/);
    const shown = JSON.parse(`${(await cli.run(["dead", "show", keys[0]!, "--json"])).stdout}`);
    assert.deepEqual(Buffer.from(shown.line_base64, "base64"), bytes);
    const exported = await cli.run(["dead", "export", "--reason", "malformed"]);
    assert.ok(exported.stdout.subarray(0, bytes.length).equals(bytes));
    const replay = await cli.run(["dead", "replay", "--reason", "malformed"]);
    assert.equal(replay.code, 1);
    assert.match(replay.stderr, /5 letters not written by a logger/);
    assert.equal((await cli.run(["dead", "drop", "--reason", "malformed"])).code, 0);
    assert.equal(`${(await cli.run(["dead", "list", "--json"])).stdout}`, "");
  },
);

test(
  "a shipper that is killed loses nothing, and doubles only what was in flight, under the same ids",
  cases,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping } = scene;
    shipping.cloud.faults.add({ kind: "latency", ms: 100 });
    const pad = "x".repeat(900);
    for (let from = 0; from < 5000; from += 1000) {
      await scene.push(numbered(1000, from).map((record) => ({ ...record, pad })));
    }
    const one = scene.ship("one", "--in-flight-max", "2");
    await shipping.untilStored(1000);
    one.child.kill("SIGKILL");
    await one.end;
    const two = scene.ship("two", "--in-flight-max", "2");
    await scene.untilEmpty();
    assert.equal((await two.stop()).code, 0);
    const { distinct, duplicates, outOfOrder, writers } = shipping.cloud.tally();
    assert.equal(distinct, 5000);
    assert.equal(Object.keys(writers).length, 1, "one series");
    assert.equal(outOfOrder, 0);
    // Two batches of at most 1 MiB.
    assert.ok(duplicates <= (2 * 2 ** 20) / pad.length, `${duplicates}`);
    assert.deepEqual([...new Set(numbersOf(shipping.stored()))].length, 5000);
  },
);

test("with verification nothing comes twice, though a shipper is killed", cases, async (context) => {
  const scene = await Scene.open(context);
  const { shipping } = scene;
  const flags = ["--in-flight-max", "2", "--exactly-once", "verify", "--verify-settle", "1s"];
  shipping.cloud.faults.add({ kind: "latency", ms: 200 });
  const pad = "x".repeat(900);
  await scene.push(numbered(3000).map((record) => ({ ...record, pad })));
  const one = scene.ship("one", ...flags);
  await shipping.untilStored(1000);
  one.child.kill("SIGKILL");
  await one.end;
  const two = scene.ship("two", ...flags);
  await scene.untilEmpty();
  assert.equal((await two.stop()).code, 0);
  shipping.assertArrived(3000);
});

test("lists are shared, and those of a shipper that ends go to the other", cases, async (context) => {
  const scene = await Scene.open(context);
  const { shipping, server } = scene;
  const lists = ["a", "b"];
  const flags = lists.flatMap((list) => ["--list", list]);
  const [one, two] = [scene.ship("one", ...flags), scene.ship("two", ...flags)];
  const holders = async (): Promise<number[]> =>
    (await Promise.all(lists.map((list) => server.command("GET", `dragonlog:{${list}}:list:${list}:lease`))))
      .flatMap((text) => (text === null ? [] : [JSON.parse(`${text}`).pid as number]))
      .sort();
  let held: number[] = [];
  const untilHeldBy = (pids: readonly (number | undefined)[]): Promise<void> =>
    until(
      async () => {
        held = await holders();
        return `${held}` === `${[...pids].sort()}`;
      },
      () => `${held} and not ${pids}`,
    );
  await untilHeldBy([one.child.pid, two.child.pid]);
  for (const list of lists) await scene.push(numbered(100, 0, list), list);
  await shipping.untilStored(200);
  assert.equal((await one.stop()).code, 0);
  await untilHeldBy([two.child.pid, two.child.pid]);
  for (const list of lists) await scene.push(numbered(100, 100, list), list);
  await shipping.untilStored(400);
  for (const list of lists) await scene.untilEmpty(list);
  two.child.kill("SIGKILL");
  await two.end;
  const three = scene.ship("three", ...flags);
  for (const list of lists) await scene.push(numbered(100, 200, list), list);
  await shipping.untilStored(600);
  assert.equal((await three.stop()).code, 0);
  shipping.assertArrived(600);
  for (const list of lists) assert.deepEqual(numbersOf(shipping.stored(list)), [...Array(300).keys()]);
});

test(
  "a key that is no list is told of, and the others go on; keys of dragonlog's own are refused",
  cases,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping, server } = scene;
    await server.command("SET", "text", "x");
    await scene.push(numbered(10));
    const ended = await scene.once("--list", "text", "--list", LIST);
    assert.equal(ended.code, 1);
    assert.match(JSON.parse(`${ended.stdout}`).lastError, /key text is no list/);
    shipping.assertArrived(10);
    const refused = await scene.once("--list", "dragonlog:{1}:blocks");
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /dragonlog:/);
  },
);

test("--once says what waits in a list that another shipper holds", cases, async (context) => {
  const scene = await Scene.open(context);
  const { shipping } = scene;
  shipping.cloud.faults.add({ kind: "latency", ms: 500 });
  const one = scene.ship("one", "--lease-expiry", "10m");
  await scene.push(numbered(1));
  await shipping.untilStored(1);
  one.child.kill("SIGSTOP");
  await scene.push(numbered(1, 1));
  const { code, stdout } = await scene.once();
  assert.equal(code, 1);
  assert.match(JSON.parse(`${stdout}`).lastError, new RegExp(`${LIST}, which pid ${one.child.pid}`));
  one.child.kill("SIGCONT");
  await shipping.untilStored(2);
  await one.stop();
});

test(
  "a list is drained from a store that is over its maxmemory, and by a shipper that comes then",
  cases,
  async (context) => {
    const scene = await Scene.open(context);
    const { shipping, server } = scene;
    const one = scene.ship("one");
    await scene.push(numbered(1));
    await shipping.untilStored(1);
    assert.equal((await one.stop()).code, 0);
    for (let from = 1; from < 5001; from += 1000) await scene.push(numbered(1000, from));
    const used = /used_memory:(\d+)/.exec(`${await server.command("INFO", "memory")}`)![1];
    await server.limitMemory(Math.floor(Number(used) / 4));
    await assert.rejects(scene.push(numbered(1)), /OOM/);
    const two = scene.ship("two");
    await shipping.untilStored(5001);
    assert.equal((await two.stop()).code, 0);
    assert.equal(await scene.length(), 0);
    shipping.assertArrived(5001);
  },
);

test("a server that keeps an append-only file and is killed goes on where it was", cases, async (context) => {
  const scene = await Scene.open(context, ["--appendonly", "yes", "--appendfsync", "always"]);
  const { shipping, server } = scene;
  const one = scene.ship("one");
  await scene.push(numbered(100));
  await shipping.untilStored(100);
  shipping.cloud.faults.add({ kind: "latency", ms: 300 });
  await scene.push(numbered(5000, 100));
  await server.kill();
  await server.start();
  await scene.push(numbered(100, 5100));
  await scene.untilEmpty();
  assert.equal((await one.stop()).code, 0);
  const { distinct, writers, outOfOrder } = shipping.cloud.tally();
  assert.deepEqual([distinct, Object.keys(writers).length, outOfOrder], [5200, 1, 0]);
});
