/** Dead letters from the refusal of a cloud to their delivery, by the commands that people use. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DeadLetters } from "../../src/dead-letters/dead-letters.js";
import { letterOf, lineOf } from "../../src/dead-letters/letters.cases.js";
import { systemClock } from "../../src/system/clock.js";
import { Cli, ended } from "./cli.js";
import { logNumbers, Shipping } from "./shipping.js";

const DAY_MS = 86_400_000;
/** Everything that could steer a terminal, but for the line breaks that are ours. */
const STEERING = /[^\P{Cc}\n]|\p{Cf}/u;

/** The command line on a folder that holds these letters. */
async function letterBox(context: TestContext, lines: readonly (string | Buffer)[]) {
  const cli = new Cli(context);
  const dir = join(cli.dir, "journal", "dead");
  const letters = new DeadLetters(dir, systemClock);
  await letters.add(lines.map((line) => letterOf(line)));
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli.run(["dead", ...args]);
    return { code, out: `${stdout}`, err: stderr };
  };
  const keys = async () => (await listed()).map(({ key }) => key as string);
  const listed = async (): Promise<Record<string, unknown>[]> => {
    const { out } = await run("list", "--json");
    return out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  };
  return { cli, dir, letters, run, listed, keys };
}

test("what a cloud refused is looked into, sent again when it takes it, and arrives once and in order", async (context) => {
  const shipping = await Shipping.open(context);
  const { cli, cloud } = shipping;
  const logger = shipping.logger();
  const startMs = Date.now() - 1000;
  // A millisecond apart: within one, what arrives later stands later.
  for (let n = 0; n < 60; n++) {
    const data = n % 20 === 7 ? `poison ${n}` : `fine ${n}`;
    logger.log({ data, metadata: { n }, timestamp: startMs + n });
  }
  await logger.close();
  const fault = cloud.faults.add({ kind: "poison", message: "poison" });
  assert.equal((await shipping.shipOnce()).code, 0);
  assert.equal(shipping.stored().length, 57);

  const list = `${(await cli.run(["dead", "list"])).stdout}`;
  assert.match(list, /^3 letters \(.*\n\nreason +destination +service +letters +first +last\n/);
  assert.match(list, /\ninvalid +g\/web +web +3 /);
  const letters = `${(await cli.run(["dead", "list", "--json"])).stdout}`.trimEnd().split("\n");
  const keys = letters.map((letter) => JSON.parse(letter).key as string);
  for (const key of keys) assert.ok(list.includes(key), `${key} is listed`);
  const page = `${(await cli.run(["dead", "show", keys[0]!])).stdout}`;
  assert.match(page, new RegExp(`^key +${keys[0]}\n`));
  assert.match(page, /\ncause +data\n.*\n {2}"data": "poison 7",\n/s);
  const exported = (await cli.run(["dead", "export"])).stdout.toString();
  assert.deepEqual(
    exported
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).data),
    ["poison 7", "poison 27", "poison 47"],
  );

  const dry = await cli.run(["dead", "replay", "--dry-run", "--json"]);
  assert.deepEqual(JSON.parse(`${dry.stdout}`), { dryRun: true, letters: 3, outOfTime: 0, unfit: 0 });
  const one = await cli.run(["dead", "replay", keys[1]!, "--json"]);
  assert.deepEqual(JSON.parse(`${one.stdout}`), {
    dryRun: false,
    letters: 1,
    records: 1,
    journals: 1,
    unfit: 0,
  });
  assert.equal((await shipping.shipOnce()).code, 0);
  assert.equal(shipping.stored().length, 57, "the cloud refuses it as before");

  fault.clear();
  const replay = await cli.run(["dead", "replay"]);
  assert.equal(replay.code, 0, replay.stderr);
  assert.match(replay.stderr, /3 letters wait for the shipper as records again/);
  assert.equal((await cli.run(["dead", "list"])).stdout.toString().slice(0, 15), "no dead letters");
  assert.equal((await shipping.status()).waiting.records, 3);
  assert.equal((await shipping.shipOnce()).code, 0);
  shipping.assertArrived(60);
  const lines = exported.trimEnd().split("\n");
  const arrived = cloud.readStream("g", "web").map(({ message }) => message);
  for (const line of lines) assert.equal(arrived.filter((message) => message === line).length, 1);
  assert.deepEqual(
    arrived.map((message) => JSON.parse(message).metadata.n),
    Array.from({ length: 60 }, (_, n) => n),
  );
});

test("a shipper that runs takes what is replayed, and what it refuses again is a letter again", async (context) => {
  const shipping = await Shipping.open(context);
  const { cli } = shipping;
  const logger = shipping.logger();
  logger.log({ data: "old", timestamp: Date.now() - 20 * DAY_MS });
  logNumbers(logger, 2);
  const shipper = shipping.ship("--interval", "20ms");
  await shipping.untilStored(2);
  for (let looks = 0; shipping.deadLetterCount() === 0; looks++)
    assert.ok(looks < 200 && (await shipping.status()));
  const dry = await cli.run(["dead", "replay", "--dry-run"]);
  assert.match(`${dry.stdout}`, /1 of them are older than 14 days/);
  assert.equal((await cli.run(["dead", "replay"])).code, 0);
  let letters: string[] = [];
  for (let looks = 0; letters.length === 0; looks++) {
    assert.ok(looks < 200, "it is refused again");
    letters = `${(await cli.run(["dead", "list", "--json"])).stdout}`
      .split("\n")
      .filter((line) => line !== "");
  }
  assert.equal(letters.length, 1);
  assert.equal(JSON.parse(JSON.parse(letters[0]!).line).data, "old");
  assert.equal((await shipper.stop()).code, 0);
  shipping.assertArrived(2);
});

test("two replays at once send each letter once", async (context) => {
  const lines = Array.from({ length: 2000 }, (_, n) => lineOf(`a-${n}`, { timestamp: Date.now() + n }));
  const { cli, run } = await letterBox(context, lines);
  const both = await Promise.all([run("replay", "--json"), run("replay", "--json")]);
  for (const { code, err } of both) assert.ok(code === 0 || /DRAGONLOG_DEAD_LETTERS_BUSY/.test(err), err);
  const sent = both.flatMap(({ code, out }) => (code === 0 ? [JSON.parse(out).records as number] : []));
  assert.equal(
    sent.reduce((sum, records) => sum + records, 0),
    2000,
  );
  const records = await cli.records();
  assert.deepEqual(
    records.map(({ id }) => id),
    Array.from({ length: 2000 }, (_, n) => `a-${n}`),
  );
});

test("what stands in letters cannot steer a terminal", async (context) => {
  const hostile = "\u001b[2J\u0007\u009b31m\r\u202e\u0000";
  const { letters, run, keys } = await letterBox(context, [
    lineOf("a-0", { service: `web${hostile}`, data: `data${hostile}\n` }),
    `not json ${hostile}`,
    Buffer.from([0xff, 0x1b, 0x5b, 0x32, 0x4a]),
  ]);
  const parts = { reason: `r${hostile}`, detail: `d${hostile}\n`, requestId: hostile };
  await letters.add([
    letterOf(lineOf("a-1"), { ...parts, destination: { group: hostile, stream: hostile } }),
  ]);
  for (const args of [
    ["list"],
    ["show", ...(await keys())],
    ["replay", "--dry-run"],
    ["drop", "all", "--dry-run"],
  ]) {
    const { code, out, err } = await run(...args);
    assert.equal(code, 0, err);
    assert.ok(/\\u\{1b\}/.test(out), `${args} shows what is there: ${out}`);
    assert.doesNotMatch(out + err, STEERING);
  }
  const replay = await run("replay");
  assert.equal(replay.code, 1, "two of the letters are no records of ours");
  assert.match(replay.err, /2 letters not written by a logger of dragonlog/);
});

test("letters are exported byte for byte, and a reader that goes away ends it without a word", async (context) => {
  const lines = [Buffer.from([0x22, 0xff, 0x22]), Buffer.from("x\u2028🐉"), Buffer.alloc(300_000, "y")];
  const { cli, run, letters } = await letterBox(context, lines);
  const { stdout } = await cli.run(["dead", "export"]);
  assert.deepEqual(stdout, Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])));
  await letters.add(Array.from({ length: 100 }, () => letterOf("z".repeat(100_000))));
  const child = cli.start("dead", "export");
  child.stdout.once("data", () => child.stdout.destroy());
  const { stderr, signal } = await ended(child);
  assert.deepEqual([stderr, signal], ["", null]);
  assert.equal((await run("export", "--service", "nobody")).out, "");
});

test("what is dropped is dropped only as far as it was said, and says so", async (context) => {
  const service = { service: "api" };
  const { cli, dir, run, keys, letters } = await letterBox(
    context,
    ["a-0", "a-1"].map((id) => lineOf(id)),
  );
  await letters.add([
    letterOf(lineOf("a-2", service), { reason: "too-old" }),
    letterOf(lineOf("a-3", service)),
  ]);
  const [first] = await keys();
  assert.equal(
    (await run("drop", "--reason", "too-old", "--dry-run")).out.split("\n")[0],
    "1 letter with reason too-old would be dropped",
  );
  assert.equal((await keys()).length, 4);
  const dropped = await run("drop", "--service", "api", "--reason", "too-old");
  assert.match(
    dropped.out,
    /^1 letter with service api and reason too-old dropped\n\nreason .*\ntoo-old +g\/s +api +1 /,
  );
  assert.equal((await run("drop", first!, "--json")).out, '{"dryRun":false,"letters":1,"damaged":0}\n');
  assert.equal((await keys()).length, 2);
  assert.deepEqual(
    [await run("drop", first!), await run("show", first!), await run("replay", first!)].map(
      ({ code }) => code,
    ),
    [1, 1, 1],
  );
  assert.match((await run("export", first!)).err, /there is no dead letter .*DRAGONLOG_DEAD_LETTER_UNKNOWN/s);
  for (const wrong of [
    ["drop"],
    ["drop", "all", first!],
    ["show"],
    ["show", "../../x:1"],
    ["drop", "nothing"],
  ]) {
    const { code, err } = await run(...wrong);
    assert.equal(code, 2, wrong.join(" "));
    assert.match(err, /DRAGONLOG_USAGE/);
  }
  assert.equal((await keys()).length, 2);
  assert.match((await run("drop", "all")).out, /^2 letters dropped\n/);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.endsWith(".ndjson")),
    [],
    "their room is free",
  );
  assert.equal((await cli.records()).length, 0);
});

test("where there are no letters nothing is done, and nothing is wrong", async (context) => {
  const cli = new Cli(context);
  for (const args of [
    ["list"],
    ["list", "--json"],
    ["export"],
    ["replay"],
    ["replay", "--dry-run"],
    ["drop", "all"],
  ]) {
    const { code, stderr } = await cli.run(["dead", ...args]);
    assert.equal(code, 0, stderr);
  }
  assert.deepEqual(readdirSync(cli.dir), []);
});
