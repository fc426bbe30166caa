/** What `dragonlog status` says before, while and after records are shipped. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readReports } from "../../src/ship/report.js";
import type { Overview } from "../../src/watch/overview.js";
import { printed } from "./cli.js";
import { logNumbers, Shipping } from "./shipping.js";

test("status counts what waits, names who writes and who ships, and changes nothing", async (context) => {
  const shipping = await Shipping.open(context);
  assert.deepEqual((await shipping.status()).writers, []);
  const oldestMs = Date.now() - 60_000;
  const logger = shipping.logger("web");
  logger.log({ data: "the oldest", timestamp: oldestMs });
  logNumbers(logger, 9);
  await shipping.log(5, "job");

  for (let look = 0; look < 2; look++) {
    const { waiting, writers, journals, shippers, deadLetters, health } = await shipping.status();
    assert.deepEqual(
      [waiting.records, waiting.oldestMs, shippers, deadLetters.bytes, health.healthy, journals.alive],
      [15, oldestMs, [], 0, true, 1],
    );
    assert.ok(waiting.bytes > 15 * 50);
    assert.deepEqual(
      writers.map(({ service, pid, alive, waiting: own, lagRecords, takenBy, dropped, error }) => [
        ...[service, pid, alive, own.records, lagRecords],
        ...[takenBy, dropped, error],
      ]),
      [
        ["web", process.pid, true, 10, 10, undefined, {}, undefined],
        ["job", process.pid, false, 5, 5, undefined, {}, undefined],
      ],
    );
  }

  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  const shipper = shipping.ship("--interval", "20ms");
  const { waiting, writers, shippers } = await shipping.untilStatus(
    ({ shippers: [own] }) => own?.batchesInFlight === 2,
  );
  assert.equal(waiting.records, 15, "what is on its way still waits");
  const own = shipper.child.pid;
  assert.deepEqual(
    [writers.map(({ takenBy }) => takenBy), shippers.map(({ pid }) => pid)],
    [[own, own], [own]],
  );

  // The shipper has no answer; as a process that dies it leaves a report and leases behind, which count for nothing.
  shipper.child.kill("SIGKILL");
  await shipper.end;
  const dead = await shipping.status();
  assert.deepEqual([dead.shippers, dead.writers.map(({ takenBy }) => takenBy)], [[], [undefined, undefined]]);

  shipping.cloud.faults.clear();
  assert.equal((await shipping.shipOnce()).code, 0);
  const after = await shipping.status();
  assert.deepEqual([after.waiting, after.shippers], [{ records: 0, bytes: 0 }, []]);
  assert.deepEqual(
    after.writers.map(({ service }) => service),
    ["web"],
    "the journal of a writer that has ended is gone",
  );
});

test("the table shows what a shipper met, and no control characters of anyone's", async (context) => {
  const shipping = await Shipping.open(context);
  const hostile = "\u001b[2Jevil\u0007\r\n\u009b\u202e";
  const logger = shipping.logger(hostile);
  logger.info("poison");
  logNumbers(logger, 2);
  // A folder that someone else has put there.
  const foreign = join(shipping.dir, "foreign\u001b");
  mkdirSync(foreign);
  const info = { writer: "w\u001b[31m", process: { pid: 1 }, dropped: { "\u001b[32m": 7 } };
  writeFileSync(join(foreign, "writer.json"), JSON.stringify(info));
  const alone = await shipping.cli.run(["status"]);
  assert.equal(alone.code, 1);
  assert.match(`${alone.stdout}`, /^NOT HEALTHY: journal w\\u\{1b\}\[31m cannot be read/);
  assert.match(`${alone.stdout}`, /^waiting +3 records \(\d+ B, the oldest for \d+s\)$/m);
  assert.match(`${alone.stdout}`, /^no shipper runs$/m);
  assert.match(`${alone.stdout}`, /^\? +w\\u\{1b\}\[31m .*\\u\{1b\}\[32m 7/m);
  rmSync(foreign, { recursive: true });
  shipping.cloud.faults.add({ kind: "poison", message: "poison" });
  shipping.cloud.faults.add({
    kind: "deny",
    operation: "PutLogEvents",
    when: () => shipping.deadLetterCount() > 0,
  });
  shipping.ship("--interval", "20ms");
  await shipping.untilStatus(({ shippers: [own] }) => (own?.counts.failures.denied ?? 0) > 0);
  // What is refused for good is told by the circuit of its destination, as soon as that opens.
  await shipping.untilStatus(({ health }) => !health.healthy);
  const { stdout, stderr, code } = await shipping.cli.run(["status"]);
  assert.deepEqual([code, stderr], [1, ""]);
  const text = `${stdout}`;
  assert.match(text, /^NOT HEALTHY: shipper \d+ has sent nothing to g\/\S+ for \d+s \(denied: /);
  assert.match(text, /^warning: dead letters lie in \S+dead since \d{4}-\d\d-\d\d \(\d+ B\)/m);
  assert.match(text, /\\u\{1b\}\[2Jevil\\u\{7\}\\u\{d\}\\u\{a\}\\u\{9b\}\\u\{202e\}/);
  assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
  assert.match(text, /data \d+, denied \d+ +invalid 1/);
  assert.match(text, /^dead letters +\d+ B of 1\.0 GiB in .*dead$/m);
});

test("a cloud that is away is told first, with since when and the next try, and fails a check", async (context) => {
  const shipping = await Shipping.open(context);
  shipping.cloud.faults.add({ kind: "unavailable" });
  await shipping.log(3);
  shipping.ship("--interval", "20ms");
  const { shippers, health } = await shipping.untilStatus(({ shippers: [own] }) => own?.circuit === "open");
  const [{ circuit, troubles, putLatency }] = shippers as [Overview["shippers"][0]];
  assert.deepEqual(
    [circuit, troubles.map(({ cause, destination }) => [cause, destination]), health.healthy],
    ["open", [["unavailable", undefined]], false],
  );
  assert.ok(putLatency.count >= 3, "an answer is an answer");
  const { stdout, code } = await shipping.cli.run(["status"]);
  assert.equal(code, 1);
  assert.match(
    `${stdout}`,
    /^NOT HEALTHY: shipper \d+ has sent nothing to cloudwatch \S+ for \d+s \(unavailable: .*\); next try (in \d+s|now)\n/,
  );
  shipping.cloud.faults.clear();
  await shipping.untilStored(3);
  // A shipper says once a second what has changed.
  const { health: after } = await shipping.untilStatus(
    ({ waiting: { records }, shippers: [own] }) => records === 0 && own?.circuit === "closed",
  );
  assert.deepEqual(after, { healthy: true, problems: [], warnings: [] });
});

test("what was delivered is told by destination stream", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(30, "web");
  await shipping.log(4, "job");
  shipping.ship("--interval", "20ms");
  const { shippers } = await shipping.untilStatus(
    ({ shippers: [own] }) => own?.counts.deliveredRecords === 34,
  );
  const { destinations, intervalMs } = shippers[0]!;
  assert.deepEqual(
    [
      intervalMs,
      destinations.map(({ group, stream, records, batches }) => [group, stream, records, batches]),
    ],
    [
      20,
      [
        ["g", "web", 30, 1],
        ["g", "job", 4, 1],
      ],
    ],
  );
  const text = `${(await shipping.cli.run(["status"])).stdout}`;
  assert.match(text, /^healthy\n/);
  assert.match(text, /^puts +p50 \d+ ms, p99 \d+ ms \(2 answers\)$/m);
  assert.match(text, /^g\/web +30 +\S+ \w+ +\d+s ago$/m);
});

test("an empty machine is told what to do next, and 30 journals fit on a screen", async (context) => {
  const shipping = await Shipping.open(context);
  const { code, stdout } = await shipping.cli.run(["status"]);
  assert.equal(code, 0);
  assert.match(
    `${stdout}`,
    /^healthy\n\nwaiting +nothing\n[\s\S]*dragonlog pipe[\s\S]*dragonlog ship[\s\S]*dragonlog doctor/,
  );
  for (let n = 0; n < 30; n++) await shipping.log(n + 1, `job-${n}`);
  const lines = `${(await shipping.cli.run(["status"])).stdout}`.split("\n");
  assert.equal(lines.filter((line) => line.startsWith("job-")).length, 20);
  assert.match(lines.find((line) => line.startsWith("job-"))!, /^job-29 .* 30 /, "the most first");
  assert.ok(lines.includes("and 10 more journals"));
});

test("--watch shows it again and again, one block after another where there is no terminal, and ends well", async (context) => {
  const shipping = await Shipping.open(context);
  const child = shipping.cli.start("status", "--watch");
  const second = printed(child.stdout, "\n\nhealthy\n");
  const { end } = shipping.start(child);
  await second;
  child.kill("SIGINT");
  const { code, stdout, stderr } = await end;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.doesNotMatch(`${stdout}`, /\u001b/);
  const inJson = shipping.cli.start("status", "--watch", "--json");
  const watching = shipping.start(inJson);
  await printed(inJson.stdout, "\n");
  inJson.kill("SIGTERM");
  assert.equal((await watching.end).code, 0);
});

test("a shipper that stands by is named, and is none any more when it takes over", async (context) => {
  const shipping = await Shipping.open(context);
  const standbysOf = ({ standbys }: Overview) => standbys.map(({ pid }) => pid);
  const first = shipping.ship();
  await shipping.untilStatus(({ shippers }) => shippers.length === 1);
  const second = shipping.ship();
  await shipping.untilStatus((status) => standbysOf(status).length === 1);
  assert.deepEqual(standbysOf(await shipping.status()), [second.child.pid]);
  const { stdout } = await shipping.cli.run(["status"]);
  assert.match(
    `${stdout}`,
    new RegExp(`^standby ${second.child.pid} has waited for \\d+s to take over$`, "m"),
  );
  await first.stop();
  await shipping.untilStatus(({ shippers: [own] }) => own?.pid === second.child.pid);
  assert.deepEqual(standbysOf(await shipping.status()), []);
});

test("the key of a page is in no report that is printed", async (context) => {
  const shipping = await Shipping.open(context);
  const folder = join(shipping.dir, "shippers");
  shipping.ship();
  const { shippers } = await shipping.untilStatus(({ shippers: { length } }) => length === 1);
  const report = readReports(shipping.dir).find(({ process: { pid } }) => pid === shippers[0]!.pid)!;
  const secret = "0123456789-the-key";
  const page = { url: "http://127.0.0.1:1", key: secret };
  writeFileSync(join(folder, `${report.process.pid}-test.json`), JSON.stringify({ ...report, page }));
  await shipping.log(1);
  for (const words of [["status"], ["status", "--json"], ["flush", "--deadline", "100ms", "--json"]]) {
    const { stdout, stderr } = await shipping.cli.run(words);
    assert.match(`${stdout}`, /127\.0\.0\.1:1\b/, words.join(" "));
    assert.doesNotMatch(`${stdout}${stderr}`, new RegExp(secret));
  }
});
