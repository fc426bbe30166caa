import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { ALERTS, NOW_MS, PlayedChannel, settled } from "./alert.cases.js";
import { Alerter } from "./alerter.js";
import { AlertMemory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { messageOf } from "./text.js";

const EVERY_MS = 300_000;
const DAY_MS = 86_400_000;

class Machine {
  readonly clock = new ManualClock(NOW_MS);
  readonly channel = new PlayedChannel();
  readonly webhook = new PlayedChannel("webhook");
  readonly told: string[] = [];
  readonly file: string;

  constructor(context: TestContext) {
    const dir = mkdtempSync(join(tmpdir(), "dragonlog-alerts-"));
    context.after(() => rmSync(dir, { recursive: true, force: true }));
    this.file = join(dir, "alerts.json");
  }

  /** As a process does. */
  open(channels = [this.channel], file: string | undefined = this.file): Alerter {
    const onFailure = (message: string) => void this.told.push(message);
    return new Alerter({
      outboxes: channels.map(
        (channel) =>
          new Outbox({
            channel,
            clock: this.clock,
            random: () => 1,
            compose: (notice) => messageOf(notice, { host: "h" }),
            onFailure,
          }),
      ),
      alertEveryMs: EVERY_MS,
      memory: new AlertMemory(file, onFailure),
      clock: this.clock,
      onFailure,
    });
  }

  async pass(ms: number): Promise<void> {
    await settled();
    this.clock.advance(ms);
    await settled();
  }

  /** What was mailed: its kind and how many alerts it stands for. */
  get mails(): unknown[] {
    return this.channel.taken.map(({ json }) => [json.dragonlog.kind, json.dragonlog.times]);
  }
}

test("the first alert goes out at once; a storm of 10,000 is one mail with the count when its time is over", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  alerter.tell(ALERTS.drops);
  await settled();
  assert.deepEqual(machine.mails, [["drops", 1]]);
  for (let i = 0; i < 10_000; i++) alerter.tell(ALERTS.drops);
  await machine.pass(EVERY_MS - 1);
  assert.deepEqual(machine.mails, [["drops", 1]]);
  await machine.pass(1);
  assert.deepEqual(machine.mails, [
    ["drops", 1],
    ["drops", 10_000],
  ]);
  assert.equal(machine.channel.titles[1], "12,040,000 records dropped: journal full");
  assert.equal(alerter.counts.gathered, 10_000);
  assert.deepEqual(alerter.counts.channels, { mail: { sent: 2, failures: 0, dropped: 0, waiting: 0 } });
});

test("the time begins again with each mail, and a quiet one ends it", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  for (let i = 0; i < 20; i++) {
    alerter.tell(ALERTS.drops);
    await machine.pass(EVERY_MS / 5);
  }
  assert.deepEqual(
    machine.mails.map((mail) => (mail as [string, number])[1]),
    [1, 4, 5, 5, 5],
  );
  await machine.pass(EVERY_MS);
  assert.deepEqual([machine.mails.length, machine.clock.timers], [5, 0]);
  alerter.tell(ALERTS.drops);
  await settled();
  assert.equal(machine.mails.length, 6);
});

test("topics do not wait for each other", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  for (const alert of Object.values(ALERTS)) alerter.tell(alert);
  await settled();
  assert.deepEqual(machine.mails.map((mail) => (mail as [string])[0]).sort(), Object.keys(ALERTS).sort());
});

test("causes without end share a topic after the first", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  for (let i = 0; i < 10_000; i++) alerter.tell({ ...ALERTS.drops, cause: `cause ${i}` });
  await machine.pass(0);
  assert.equal(machine.mails.length, 65);
  await machine.pass(EVERY_MS);
  alerter.tell(ALERTS.outage);
  const { sentAtMs } = JSON.parse(readFileSync(machine.file, "utf8"));
  assert.ok(Object.keys(sentAtMs).length < 3, "what was told long ago is forgotten");
});

test("the end of an outage that was told goes out at once, with the time it began", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  alerter.tell(ALERTS.outage);
  await machine.pass(1000);
  alerter.tell(ALERTS.outage);
  await machine.pass(1000);
  alerter.tell({ ...ALERTS.recovered, sinceMs: NOW_MS });
  await settled();
  assert.deepEqual(machine.mails, [
    ["outage", 1],
    ["recovered", 1],
  ]);
  assert.equal(machine.channel.titles[1], "cloudwatch us-east-1 is back after 62s");
  await machine.pass(DAY_MS);
  assert.equal(machine.mails.length, 2, "the second outage was the first, and its end is known");
});

test("an end without an outage is told to nobody", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  alerter.tell(ALERTS.recovered);
  await machine.pass(DAY_MS);
  assert.deepEqual(machine.mails, []);
});

test("an outage that comes and goes all the time is two mails, and then one each time", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  for (let i = 0; i < 100; i++) {
    alerter.tell(ALERTS.outage);
    await machine.pass(1000);
    alerter.tell(ALERTS.recovered);
    await machine.pass(1000);
  }
  assert.deepEqual(machine.mails, [
    ["outage", 1],
    ["recovered", 1],
  ]);
  await machine.pass(EVERY_MS);
  assert.deepEqual(machine.mails.at(-1), ["outage", 99]);
  assert.equal(machine.channel.titles.at(-1), "cloudwatch us-east-1 was away, and is back");
  await machine.pass(DAY_MS);
  assert.equal(machine.mails.length, 3);
});

test("an outage that lasts is told again after twice the time, up to a day", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  const minutes: number[] = [];
  for (let minute = 0; minute < 14 * 1440; minute++) {
    alerter.tell(ALERTS.outage);
    await settled();
    if (machine.mails.length > minutes.length) minutes.push(minute);
    machine.clock.advance(60_000);
  }
  await settled();
  assert.deepEqual(minutes.slice(0, 6), [0, 5, 15, 35, 75, 155]);
  assert.ok(minutes.length > 14 && minutes.length < 24, `${minutes}`);
});

test("what fills up or expires is told once a day, of each journal by itself, also over many processes", async (context) => {
  const machine = new Machine(context);
  for (let hour = 0; hour < 60; hour++) {
    const alerter = machine.open();
    for (const kind of ["journal-space", "dead-letter-space", "expiring"] as const)
      alerter.tell(ALERTS[kind]);
    alerter.tell({ ...ALERTS["journal-space"], service: "another" });
    await machine.pass(1);
    await alerter.close(1000);
    machine.clock.advance(3_600_000);
  }
  assert.equal(machine.mails.length, 4 * 3);
});

test("a shipper that is started every minute mails no more than one that stays", async (context) => {
  const machine = new Machine(context);
  for (let run = 0; run < 30; run++) {
    const alerter = machine.open();
    alerter.tell(ALERTS.drops);
    await settled();
    await alerter.close(1000);
    await machine.pass(60_000);
  }
  const times = machine.mails.map((mail) => (mail as [string, number])[1]);
  assert.deepEqual(times, [1, 4, 5, 5, 5, 5]);
  assert.equal(statSync(machine.file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(machine.file, "..")), ["alerts.json"]);
});

test("an outage over many short processes has one beginning and one end", async (context) => {
  const machine = new Machine(context);
  for (let run = 0; run < 10; run++) {
    const alerter = machine.open();
    alerter.tell({ ...ALERTS.outage, sinceMs: machine.clock.now() });
    await settled();
    await alerter.close(1000);
    await machine.pass(60_000);
  }
  const last = machine.open();
  last.tell({ ...ALERTS.recovered, sinceMs: machine.clock.now() });
  await settled();
  assert.deepEqual(machine.mails, [
    ["outage", 1],
    ["outage", 4],
    ["recovered", 1],
  ]);
  assert.equal(machine.channel.titles[2], "cloudwatch us-east-1 is back after 10m");
});

test("two shippers of one folder share the time", async (context) => {
  const machine = new Machine(context);
  const [one, other] = [machine.open(), machine.open()];
  one.tell(ALERTS.drops);
  other.tell(ALERTS.drops);
  other.tell(ALERTS.drops);
  await machine.pass(EVERY_MS - 1);
  assert.deepEqual(machine.mails, [["drops", 1]]);
  await machine.pass(1);
  assert.deepEqual(machine.mails, [
    ["drops", 1],
    ["drops", 2],
  ]);
});

test("a mail server that is away for the whole life of a process gets its mail from the next, and only that channel", async (context) => {
  const machine = new Machine(context);
  machine.channel.outcome = "hangs";
  const first = machine.open([machine.channel, machine.webhook]);
  first.tell(ALERTS.outage);
  await settled();
  const closed = first.close(5000);
  await machine.pass(5000);
  await closed;
  assert.equal(machine.webhook.taken.length, 1);
  machine.channel.outcome = "takes";
  machine.open([machine.channel, machine.webhook]);
  await settled();
  assert.deepEqual(machine.mails, [["outage", 1]]);
  assert.equal(machine.webhook.taken.length, 1);
  machine.open();
  await machine.pass(DAY_MS);
  assert.equal(machine.mails.length, 1, "taken over once");
});

test("a state file that makes no sense counts as nothing told", async (context) => {
  const notice = '{"alert":{"kind":1},"times":1,"firstAtMs":1,"lastAtMs":1,"places":[]}';
  const nonsense = [
    "",
    "{",
    "null",
    "[]",
    '{"version":2}',
    '{"version":1,"sentAtMs":{"drops/journal full":"now"},"open":{},"gathered":{},"unsent":{}}',
    `{"version":1,"sentAtMs":{},"open":{},"gathered":{"x":${notice}},"unsent":{}}`,
    '{"version":1,"sentAtMs":{},"open":{},"gathered":{},"unsent":{"mail":{"x":null}}}',
    '{"version":1,"sentAtMs":{},"open":{"outage":7},"gathered":{},"unsent":{}}',
  ];
  for (const text of nonsense) {
    const machine = new Machine(context);
    writeFileSync(machine.file, text);
    machine.open().tell(ALERTS.drops);
    await settled();
    assert.deepEqual([machine.mails, machine.told], [[["drops", 1]], []], text);
    assert.equal(JSON.parse(readFileSync(machine.file, "utf8")).version, 1);
  }
});

test("a time to come in the state file, as of a clock that was set back, silences nobody", async (context) => {
  const machine = new Machine(context);
  machine.open().tell(ALERTS.drops);
  await settled();
  machine.clock.advance(-DAY_MS);
  machine.open().tell(ALERTS.drops);
  await settled();
  assert.equal(machine.mails.length, 2);
});

test("a file that cannot be replaced leaves nothing behind", (context) => {
  const machine = new Machine(context);
  mkdirSync(machine.file);
  machine.open().tell(ALERTS.drops);
  assert.deepEqual(readdirSync(join(machine.file, "..")), ["alerts.json"]);
  assert.equal(machine.told.length, 1);
});

test("without a file that can be written a process remembers by itself, and says so once", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open([machine.channel], join(machine.file, "no-such-folder", "alerts.json"));
  for (let i = 0; i < 10; i++) {
    alerter.tell(ALERTS.drops);
    alerter.tell(ALERTS.outage);
  }
  alerter.tell(ALERTS.recovered);
  await settled();
  assert.equal(machine.mails.length, 3);
  assert.equal(machine.told.length, 1);
  assert.match(machine.told[0]!, /^what was told cannot be written down: ENOENT/);
  await alerter.close(1000);
  assert.equal(alerter.counts.channels.mail!.dropped, 1);
  assert.equal(machine.told.at(-1), "alerts that could not be sent in time are lost");
});

test("a file that another user wrote neither stops nor silences", {
  skip: process.getuid?.() === 0 && "root reads everything",
}, async (context) => {
  const machine = new Machine(context);
  machine.open().tell(ALERTS.drops);
  chmodSync(machine.file, 0);
  machine.open().tell(ALERTS.drops);
  await settled();
  assert.equal(machine.mails.length, 2);
});

test("telling never throws, whatever is told, and what is told after the end is kept", async (context) => {
  const machine = new Machine(context);
  const alerter = machine.open();
  alerter.tell(null as never);
  alerter.tell({ kind: "drops" } as never);
  assert.equal(machine.told.length, 2);
  await alerter.close(1000);
  alerter.tell(ALERTS.drops);
  await settled();
  assert.deepEqual(machine.mails, []);
  machine.open();
  await settled();
  assert.deepEqual(machine.mails, [["drops", 1]]);
});
