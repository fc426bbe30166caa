/** What a shipper delivers, and a store deletes, between two looks of those who follow is shown all the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DragonLogger } from "../../src/index.js";
import { delay, until } from "../harness/program.js";
import { noRedisServer } from "../harness/redis-server.js";
import { pageOf } from "./cli.js";
import { Forwarding } from "./forwarding.js";
import { LiveClient } from "./live-client.js";
import { dataOf, Tailing } from "./tailing.js";

const BURSTS = 200;
/** The time between two bursts varies up to this, so that they come at any place between two looks of the others. */
const BURST_EVERY_MS_MAX = 83;
const BURST = 5;

test("bursts that are delivered and deleted between two looks are shown once and in order, in the terminal and on the page", {
  skip: noRedisServer,
}, async (t) => {
  const { shipping, server } = await Forwarding.open(t);
  const { cli } = shipping;
  cli.env.DRAGONLOG_BUFFER = server.url;
  const shipper = shipping.ship("--interval", "1h", "--flush-records", "1", "--listen", "127.0.0.1:0");
  const page = await pageOf(shipper.child.stderr);
  const loggers = ["api", "web"].map((service) =>
    shipping.logger(service, { buffer: server.url, linger: 1 }),
  );
  const tail = new Tailing(t, cli, ["--json"]);
  const viewer = new LiveClient({ port: Number(new URL(page).port) });
  await viewer.connect();
  t.after(() => viewer.disconnect());
  // It reads the store by itself, and has no copies, until it has found the shipper.
  await tail.until(() => tail.stderr.includes("asks the shipper"));
  for (const logger of loggers) await tail.untilItFollows(logger);
  await untilItFollows(viewer, loggers[0]!);
  for (const logger of loggers) await logger.flush();
  const before = shipping.cloud.stats().eventsStored;
  const seenBefore = viewer.records + viewer.missed;
  let logged = 0;
  for (let burst = 0; burst < BURSTS; burst++) {
    const logger = loggers[burst % loggers.length]!;
    for (let n = 0; n < BURST; n++) logger.info(logged++);
    await delay(burst % BURST_EVERY_MS_MAX);
  }
  await shipping.untilStored(before + logged);
  await tail.until(() => dataOf(tail.lines).length >= logged);
  const { stderr } = await tail.stop();
  assert.doesNotMatch(stderr, /unseen|missed/);
  assert.equal(dataOf(tail.lines).length, logged);
  assertInSeries(tail.lines.map((line) => JSON.parse(line).id));
  await until(
    () => viewer.records + viewer.missed - seenBefore >= logged,
    () => `the page was shown ${viewer.account}`,
  );
  assert.deepEqual([viewer.faults, viewer.missed], [[], 0]);
});

/** Resolves when the page shows what is logged. */
async function untilItFollows(viewer: LiveClient, logger: DragonLogger): Promise<void> {
  await until(
    async () => {
      logger.info("probe");
      await logger.flush();
      return viewer.records > 0;
    },
    () => "the page shows nothing",
  );
}

/** Each writer's without holes, without doubles, by seq. */
function assertInSeries(ids: readonly string[]): void {
  const next = new Map<string, number>();
  for (const id of ids) {
    const [writer, seq] = id.split("-") as [string, string];
    assert.equal(Number(seq), next.get(writer) ?? Number(seq), `${id} is out of order`);
    next.set(writer, Number(seq) + 1);
  }
}

test("what is pushed to a list, and delivered and deleted between two looks, is not shown twice for that", {
  skip: noRedisServer,
}, async (t) => {
  const { shipping, server } = await Forwarding.open(t);
  shipping.cli.env.DRAGONLOG_BUFFER = server.url;
  const shipper = shipping.ship("--interval", "1h", "--flush-records", "1", "--listen", "127.0.0.1:0");
  await pageOf(shipper.child.stderr);
  const logger = shipping.logger("api", { buffer: server.url, linger: 1 });
  const tail = new Tailing(t, shipping.cli, ["--json"]);
  await tail.until(() => tail.stderr.includes("asks the shipper"));
  await tail.untilItFollows(logger);
  let pushed = 0;
  for (let burst = 0; burst < BURSTS / 2; burst++) {
    const element = () => JSON.stringify({ service: "py", data: pushed++ });
    await server.command("RPUSH", "logs:buffer", ...Array.from({ length: BURST }, element));
    await delay(burst % BURST_EVERY_MS_MAX);
  }
  logger.info("the last");
  await tail.until(() => dataOf(tail.lines).includes("the last"));
  const shown = dataOf(tail.lines);
  assert.ok(shown.length > 0);
  assert.deepEqual(shown, [...new Set(shown)]);
  await tail.stop();
});
