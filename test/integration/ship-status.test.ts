/** What `dragonlog status` says before, while and after records are shipped. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { logNumbers, Shipping, type Status } from "./shipping.js";

test("status counts what waits, names who writes and who ships, and changes nothing", async (context) => {
  const shipping = await Shipping.open(context);
  assert.deepEqual((await shipping.status()).journals, []);
  const oldestMs = Date.now() - 60_000;
  const logger = shipping.logger("web");
  logger.log({ data: "the oldest", timestamp: oldestMs });
  logNumbers(logger, 9);
  await shipping.log(5, "job");

  for (let look = 0; look < 2; look++) {
    const { waiting, journals, shippers, deadLetterBytes } = await shipping.status();
    assert.deepEqual([waiting.records, waiting.oldestMs, shippers, deadLetterBytes], [15, oldestMs, [], 0]);
    assert.ok(waiting.bytes > 15 * 50);
    const byService = journals.toSorted((a, b) => a.service!.localeCompare(b.service!));
    assert.deepEqual(
      byService.map(({ service, pid, alive, waiting: own, shipperPid, dropped, error }) => [
        service,
        pid,
        alive,
        own.records,
        shipperPid,
        dropped,
        error,
      ]),
      [
        ["job", process.pid, false, 5, undefined, {}, undefined],
        ["web", process.pid, true, 10, undefined, {}, undefined],
      ],
    );
  }

  shipping.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  const shipper = shipping.ship("--interval", "20ms");
  const { waiting, journals, shippers } = await shipping.untilStatus(
    ({ shippers: [own] }) => own?.batchesInFlight === 2,
  );
  assert.equal(waiting.records, 15, "what is on its way still waits");
  assert.deepEqual(
    [journals.map(({ shipperPid }) => shipperPid), shippers.map(({ process: { pid } }) => pid)],
    [[shipper.child.pid, shipper.child.pid], [shipper.child.pid]],
  );

  // The shipper has no answer; as a process that dies it leaves a report and leases behind, which count for nothing.
  shipper.child.kill("SIGKILL");
  await shipper.end;
  const dead = await shipping.status();
  assert.deepEqual(
    [dead.shippers, dead.journals.map(({ shipperPid }) => shipperPid)],
    [[], [undefined, undefined]],
  );

  shipping.cloud.faults.clear();
  assert.equal((await shipping.shipOnce()).code, 0);
  const after = await shipping.status();
  assert.deepEqual([after.waiting, after.shippers], [{ records: 0, bytes: 0 }, []]);
  assert.deepEqual(
    after.journals.map(({ service }) => service),
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
  assert.match(`${alone.stdout}`, /3 records wait \(\d+ B, the oldest for \d+s\)/);
  assert.match(`${alone.stdout}`, /no shipper runs/);
  assert.match(`${alone.stdout}`, /w\\u\{1b\}\[31m .*\\u\{1b\}\[32m 7/);
  rmSync(foreign, { recursive: true });
  shipping.cloud.faults.add({ kind: "poison", message: "poison" });
  shipping.cloud.faults.add({
    kind: "deny",
    operation: "PutLogEvents",
    when: () => shipping.deadLetterCount() > 0,
  });
  shipping.ship("--interval", "20ms");
  await shipping.untilStatus(({ shippers: [own] }) => {
    const { denied = 0 } = (own?.counts.failures ?? {}) as { denied?: number };
    return denied > 0;
  });
  const { stdout, stderr, code } = await shipping.cli.run(["status"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const text = `${stdout}`;
  assert.match(text, /\\u\{1b\}\[2Jevil\\u\{7\}\\u\{d\}\\u\{a\}\\u\{9b\}\\u\{202e\}/);
  assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
  assert.match(text, /data \d+, denied \d+ +invalid 1/);
  assert.match(text, /dead letters: \d+ B in .*dead/);
});

test("a shipper that stands by is named, and is none any more when it takes over", async (context) => {
  const shipping = await Shipping.open(context);
  const standbysOf = ({ standbys }: Status) => standbys.map(({ process: { pid } }) => pid);
  const first = shipping.ship();
  await shipping.untilStatus(({ shippers }) => shippers.length === 1);
  const second = shipping.ship();
  await shipping.untilStatus((status) => standbysOf(status).length === 1);
  assert.deepEqual(standbysOf(await shipping.status()), [second.child.pid]);
  const { stdout } = await shipping.cli.run(["status"]);
  assert.match(`${stdout}`, new RegExp(`^standby ${second.child.pid} has waited since \\d{4}-`, "m"));
  await first.stop();
  await shipping.untilStatus(({ shippers: [own] }) => own?.process.pid === second.child.pid);
  assert.deepEqual(standbysOf(await shipping.status()), []);
});
