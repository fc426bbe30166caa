/** Which end belongs to which outage, where there are several sinks and several destinations. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { ALERTS, NOW_MS, PlayedChannel, settled } from "./alert.cases.js";
import type { Alert } from "./alert.js";
import { Alerter } from "./alerter.js";
import { AlertMemory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { messageOf } from "./text.js";

const EVERY_MS = 300_000;
const SINK = ALERTS.refused.sink;

function machineOf(context: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-alerts-"));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const clock = new ManualClock(NOW_MS);
  const channel = new PlayedChannel();
  const fail = (message: string) => assert.fail(message);
  const compose = (notice: Parameters<typeof messageOf>[0]) => messageOf(notice, { host: "h" });
  /** As a process does. */
  const open = () =>
    new Alerter({
      outboxes: [new Outbox({ channel, clock, random: () => 1, compose, onFailure: fail })],
      alertEveryMs: EVERY_MS,
      memory: new AlertMemory(join(dir, "alerts.json"), fail),
      clock,
      onFailure: fail,
    });
  const kinds = () => channel.taken.splice(0).map(({ json }) => json.dragonlog.kind);
  return { clock, channel, open, kinds };
}

function denied(stream: string): Alert {
  return { ...ALERTS.refused, cause: "denied", destination: { group: "g", stream } };
}

function recovered(stream: string | undefined, sink = SINK): Alert {
  return {
    ...ALERTS.recovered,
    sink,
    destination: stream === undefined ? undefined : { group: "g", stream },
  };
}

test("a sink that answers ends the outage of no other one", async (context) => {
  const { open, kinds, channel } = machineOf(context);
  const [one, other] = [open(), open()];
  one.tell(ALERTS.outage);
  other.tell(recovered("web", "cloudwatch eu-central-1"));
  await settled();
  assert.deepEqual(kinds(), ["outage"]);
  one.tell(recovered(undefined));
  await settled();
  assert.deepEqual(channel.titles, [`${SINK} is back after 10m`]);
});

test("cron that delivers all but one destination mails no more of it than a shipper that stays", async (context) => {
  const { open, clock, kinds, channel } = machineOf(context);
  for (let minute = 0; minute < 360; minute++) {
    const alerter = open();
    alerter.tell(recovered("healthy"));
    await settled();
    alerter.tell(denied("web"));
    await settled();
    await alerter.close(1000);
    clock.advance(60_000);
  }
  const told = kinds();
  assert.ok(told.length < 10, `${told.length} mails`);
  assert.deepEqual([...new Set(told)], ["refused"]);
  open().tell(recovered("web"));
  await settled();
  assert.deepEqual(channel.titles, [`${SINK} permits what it refused for 6h`]);
});

test("a refusal of several destinations ends with the last of them, told or gathered", async (context) => {
  const { open, kinds, clock, channel } = machineOf(context);
  const alerter = open();
  for (const stream of ["a", "b", "c"]) alerter.tell(denied(stream));
  await settled();
  assert.deepEqual(kinds(), ["refused"]);
  for (const stream of ["c", "a"]) alerter.tell(recovered(stream));
  await settled();
  assert.deepEqual(kinds(), []);
  alerter.tell(recovered(undefined));
  await alerter.close(1000);
  assert.deepEqual(kinds(), [], "an answer is no permission");
  clock.advance(60_000);
  open().tell(recovered("b"));
  await settled();
  assert.deepEqual(channel.titles, [`${SINK} permits what it refused for 11m`]);
});

test("credentials that are taken again say nothing of permissions", async (context) => {
  const { open, kinds, channel } = machineOf(context);
  const alerter = open();
  alerter.tell({ ...ALERTS.refused, cause: "credentials", destination: undefined });
  alerter.tell(denied("web"));
  await settled();
  assert.deepEqual(kinds(), ["refused", "refused"]);
  alerter.tell(recovered(undefined));
  await settled();
  assert.deepEqual([channel.titles, kinds()], [[`${SINK} is back after 10m`], ["recovered"]]);
  alerter.tell(recovered("web"));
  await settled();
  assert.deepEqual(kinds(), ["recovered"]);
});
