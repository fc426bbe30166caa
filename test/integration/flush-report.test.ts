/** What `dragonlog flush` says of what it waits for: the step of a pipeline before its machine goes away. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import type { Remains } from "../../src/ship/remains.js";
import { printed } from "./cli.js";
import { logNumbers, Shipping } from "./shipping.js";

interface Report extends Remains {
  readonly done: boolean;
  readonly deadLetterBytesAdded: number;
}

test("it names every journal in which something waits, and that nobody ships it", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3, "web");
  await shipping.log(5, "job");
  const { code, stderr } = await shipping.cli.run(["flush", "--deadline", "300ms"]);
  assert.equal(code, 1);
  const [progress, summary, headings, first, second, advice, ...more] = stderr.split("\n");
  assert.match(
    progress!,
    /^dragonlog flush: 8 records \([\d.]+ KiB, the oldest for \d+s\) wait in \/.*journal$/,
  );
  assert.match(summary!, /^dragonlog flush: 8 records \(.*\) still wait in \/.*journal after \d+s$/);
  assert.match(headings!, /^service +writer +records +bytes +oldest +shipper$/);
  assert.match(first!, /^job +\w+ +5 +\d+ B +\d+s +nobody$/);
  assert.match(second!, /^web +\w+ +3 +\d+ B +\d+s +nobody$/);
  assert.equal(advice, "No shipper empties 2 of the journals: start `dragonlog ship`.");
  assert.deepEqual(more, [""]);
});

test("it names who ships what waits, and what that one met last", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(3);
  shipping.cloud.faults.add({ kind: "unavailable", operation: "PutLogEvents" });
  const shipper = shipping.ship("--interval", "20ms");
  await shipping.untilStatus(({ shippers: [own] }) => own?.counts.lastError !== undefined);
  const { pid } = shipper.child;
  const { stderr } = await shipping.cli.run(["flush", "--deadline", "300ms"]);
  assert.match(stderr, new RegExp(`web +\\w+ +3 .* ${pid}\nshipper ${pid} to .* met last: \\S.*\n$`));
  const { code, stdout } = await shipping.cli.run(["flush", "--deadline", "300ms", "--json"]);
  const { done, waiting, journals, shippers } = JSON.parse(`${stdout}`) as Report;
  assert.deepEqual([code, done, waiting.records, journals.length], [1, false, 3, 1]);
  const [{ service, shipperPid, folder }] = journals as [Remains["journals"][0]];
  assert.deepEqual([service, shipperPid, folder], ["web", pid, listJournals(shipping.dir)[0]]);
  assert.match(`${shippers[0]!.counts.lastError}`, /\S/);
});

test("what can never be delivered is named and keeps it from ending with 0; what became a dead letter does not", async (context) => {
  const shipping = await Shipping.open(context);
  await shipping.log(1, "web");
  const [journal] = listJournals(shipping.dir);
  const copy = join(shipping.dir, "backup");
  cpSync(journal!, copy, { recursive: true });
  const logger = shipping.logger("poisoned");
  logger.info("poison");
  shipping.cloud.faults.add({ kind: "poison", message: "poison" });
  shipping.ship();
  await shipping.untilStatus(({ shippers }) => shippers.length === 1);
  const { code, stderr } = await shipping.cli.run(["flush", "--deadline", "3s"]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /: 0 records \(0 B\) still wait/);
  assert.match(stderr, new RegExp(`web +${basename(journal!)} +\\? +\\? +\\? +nobody\n`));
  assert.match(stderr, /no shipper can deliver .*backup: .*is a copy of the journal/);
  assert.match(stderr, /dead letters were added: \d+ B in .*dead; .*dead list.*\n$/);
  assert.doesNotMatch(stderr, /No shipper empties/);
});

test("a journal that cannot be read is named", async (context) => {
  const shipping = await Shipping.open(context);
  const folder = join(shipping.dir, "broken");
  mkdirSync(join(folder, "000000000000.seg"), { recursive: true });
  const { code, stdout } = await shipping.cli.run(["flush", "--deadline", "200ms", "--json"]);
  const { done, journals } = JSON.parse(`${stdout}`) as Report;
  assert.deepEqual([code, done, journals.map(({ writer }) => writer)], [1, false, ["broken"]]);
  assert.match(`${journals[0]!.error}`, /\S/);
});

test("progress is a line when the figures change, and not for every look", async (context) => {
  const shipping = await Shipping.open(context);
  const logger = shipping.logger();
  logNumbers(logger, 1);
  const flush = shipping.start(shipping.cli.start("flush", "--deadline", "1h"));
  await printed(flush.child.stderr, "1 record ");
  const timer = setInterval(() => logNumbers(logger, 1), 10);
  await printed(flush.child.stderr, "wait in");
  clearInterval(timer);
  const { code, stderr } = await flush.stop();
  assert.equal(code, 1);
  const lines = stderr.split("\n").filter((line) => / waits? in /.test(line) && !/still/.test(line));
  assert.equal(lines.length, 2, stderr);
  assert.match(stderr, /still wait in .* after ([3-9]|\d\d+)s\n/, "the second line was not due before");
});
