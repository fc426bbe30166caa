import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { defaultJournalDir } from "../config/places.js";
import { ALERTS, BACKLOG, NOW_MS } from "./alert.cases.js";
import type { Alert } from "./alert.js";
import { joinNotices, noticeOf } from "./notice.js";
import { type Message, messageOf } from "./text.js";

const HOSTILE = '<script>alert("1")</script>\r\nBcc: x@y.z\u001b[2J\u202e&\'';

const messageFor = (alert: Alert, journalDir?: string): Message =>
  messageOf(noticeOf(alert, NOW_MS), { host: "web-1", journalDir });

/** The value behind a name, and a command, as they stand in the text. */
const factOf = ({ text }: Message, name: string) => new RegExp(`^${name}: +(.*)$`, "m").exec(text)?.[1];
const commandsOf = ({ text }: Message) => [...text.matchAll(/^ {4}(.*)$/gm)].map(([, command]) => command);

test("records that failed for good: what, how many, from when to when, why, where they lie, how to replay them", () => {
  const message = messageFor(ALERTS["dead-letters"]);
  assert.equal(message.subject, "[dragonlog] web-1: 12 records refused for good: invalid");
  assert.equal(factOf(message, "Destination"), "shop / web");
  assert.equal(factOf(message, "Records"), "12");
  assert.equal(factOf(message, "Logged"), "2026-01-15T11:59:55.000Z to 2026-01-15T11:59:59.000Z");
  assert.equal(factOf(message, "Why"), "invalid: InvalidParameterException: not like this");
  assert.equal(factOf(message, "Dead letters"), "/var/lib/dragonlog/journal/dead");
  assert.deepEqual(commandsOf(message), [
    "dragonlog dead list --reason invalid --journal-dir /var/lib/dragonlog/journal",
    "dragonlog dead replay --reason invalid --journal-dir /var/lib/dragonlog/journal",
  ]);
});

test("the folder is named only where it is not the default, and as one word of the shell", () => {
  const at = (dir: string) => commandsOf(messageFor({ ...ALERTS["dead-letters"], dir: `${dir}/dead` }))[1];
  assert.equal(at(defaultJournalDir()), "dragonlog dead replay --reason invalid");
  assert.equal(at("/a b/it's"), "dragonlog dead replay --reason invalid --journal-dir '/a b/it'\\''s'");
  assert.equal(at("/$(reboot)"), "dragonlog dead replay --reason invalid --journal-dir '/$(reboot)'");
});

test("records that are too old are not offered for a replay, which would bring them back", () => {
  for (const reason of ["too-old", "expired"]) {
    const commands = commandsOf(messageFor({ ...ALERTS["dead-letters"], reason })).join("\n");
    assert.match(commands, new RegExp(`dead export --reason ${reason}`));
    assert.doesNotMatch(commands, /replay/);
  }
});

test("an outage: since when, how much waits, how long the room lasts at the present rate", () => {
  const message = messageFor(ALERTS.outage, "/j");
  assert.equal(
    message.subject,
    "[dragonlog] web-1: cloudwatch us-east-1 does not answer in time; 1,204 records wait",
  );
  assert.equal(factOf(message, "Since"), "2026-01-15T11:59:00.000Z");
  assert.equal(
    factOf(message, "Waiting"),
    "1,204 records, 12.4 MiB, the oldest of 2026-01-15T09:00:00.000Z (3h)",
  );
  assert.equal(factOf(message, "Room lasts"), "5h at the present rate, until 2026-01-15T17:00:00.000Z");
  assert.deepEqual(commandsOf(message), ["dragonlog status --journal-dir /j"]);
  const unknown = messageFor({
    ...ALERTS.outage,
    backlog: { ...BACKLOG, roomMs: undefined, oldestMs: undefined },
  });
  assert.equal(factOf(unknown, "Room lasts"), "not known at the present rate");
  assert.equal(factOf(unknown, "Waiting"), "1,204 records, 12.4 MiB");
});

test("an outage that was over before it was told says so, and asks for nothing", () => {
  const notice = { ...noticeOf(ALERTS.outage, NOW_MS), endedAtMs: NOW_MS };
  const message = messageOf(notice, { host: "web-1" });
  assert.match(message.subject, /was away, and is back$/);
  assert.equal(factOf(message, "Until"), "2026-01-15T12:00:00.000Z");
  assert.deepEqual(commandsOf(message), []);
});

test("the end of an outage: how long it was, and what is on its way", () => {
  const message = messageFor(ALERTS.recovered);
  assert.equal(message.subject, "[dragonlog] web-1: cloudwatch us-east-1 is back after 10m");
  assert.equal(factOf(message, "Away"), "2026-01-15T11:50:00.000Z to 2026-01-15T12:00:00.000Z");
});

test("refused credentials and permissions: the answer, and what a person is to do", () => {
  const credentials = messageFor(ALERTS.refused);
  assert.match(credentials.subject, /refuses the credentials; 1,204 records wait for a person$/);
  assert.match(credentials.text, /aws sts get-caller-identity/);
  const destination = { group: "shop", stream: "web" };
  const denied = messageFor({ ...ALERTS.refused, cause: "denied", destination });
  assert.match(denied.subject, /does not permit it/);
  assert.match(denied.text, /logs:PutLogEvents/);
  assert.equal(factOf(denied, "Destination"), "cloudwatch us-east-1: shop / web");
});

test("room, drops and age are told with their figures", () => {
  assert.match(messageFor(ALERTS["journal-space"]).subject, /the journal of web is 90 % full$/);
  const store = messageFor(ALERTS["store-space"]);
  assert.match(store.subject, /redis:\/\/cache is 75 % full; 1,204 records wait in it$/);
  assert.equal(factOf(store, "Memory"), "768.0 MiB used of 1.0 GiB");
  assert.equal(factOf(store, "Room lasts"), "5h at the present rate, until 2026-01-15T17:00:00.000Z");
  assert.deepEqual(commandsOf(store), ["dragonlog status --buffer redis://cache"]);
  assert.match(messageFor(ALERTS["store-evicts"]).text, /maxmemory-policy noeviction/);
  assert.match(messageFor(ALERTS["dead-letter-space"]).subject, /the dead letters take 85 % of their room$/);
  assert.match(messageFor(ALERTS.drops).subject, /1,204 records dropped: journal full$/);
  const expiring = messageFor(ALERTS.expiring);
  assert.match(expiring.subject, /records will be too old for cloudwatch us-east-1 in 3d$/);
  assert.equal(factOf(expiring, "Too old from"), "2026-01-18T12:00:00.000Z");
});

test("what was gathered is said with its number", () => {
  const notices = Array.from({ length: 1500 }, (_, i) => noticeOf(ALERTS.drops, NOW_MS + i * 1000));
  const message = messageOf(notices.reduce(joinNotices), { host: "web-1" });
  assert.equal(
    factOf(message, "Told"),
    "1,500 times from 2026-01-15T12:00:00.000Z to 2026-01-15T12:24:59.000Z, gathered in this one",
  );
});

test("foreign texts can begin no header, no line and no markup, and call nobody", () => {
  const hostile: Alert[] = [
    {
      ...ALERTS["dead-letters"],
      reason: HOSTILE,
      detail: HOSTILE,
      destination: { group: HOSTILE, stream: HOSTILE },
    },
    { ...ALERTS.outage, sink: HOSTILE, detail: HOSTILE },
    { ...ALERTS.drops, service: HOSTILE, cause: HOSTILE },
    { ...ALERTS["journal-space"], service: HOSTILE, dir: HOSTILE },
    { ...ALERTS.refused, detail: `<!channel> ${HOSTILE}` },
  ];
  for (const alert of hostile) {
    const { subject, text, html, json } = messageOf(noticeOf(alert, NOW_MS), { host: HOSTILE });
    assert.doesNotMatch(subject, /[\p{Cc}\p{Cf}]/u);
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
    assert.doesNotMatch(text, /^Bcc/m);
    assert.doesNotMatch(html, /<script|[^\P{Cc}\n]|\p{Cf}/u);
    assert.doesNotMatch(json.text, /<!channel|<script/);
    assert.match(html, /&lt;script&gt;|&lt;!channel&gt;/);
  }
});

test("any text gives a subject of one short line, and mail that can be encoded", () => {
  const anything = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(anything, anything, anything, (host, reason, detail) => {
      const message = messageOf(noticeOf({ ...ALERTS["dead-letters"], reason, detail }, NOW_MS), { host });
      assert.match(message.subject, /^\[dragonlog\] [^\p{Cc}\p{Cf}\u2028\u2029]*$/u);
      assert.ok(message.subject.length <= 160);
      for (const text of [message.subject, message.text, message.html]) assert.ok(text.isWellFormed());
    }),
  );
});

test("a subject is never cut within a character", () => {
  for (const host of ["a", "ab"]) {
    const { subject } = messageOf(noticeOf(ALERTS.outage, NOW_MS), { host: host + "\u{1f409}".repeat(100) });
    assert.ok(subject.isWellFormed());
    assert.match(subject, /…$/);
  }
});

test("the JSON has a text that Slack shows, and the figures below one name", () => {
  const { json } = messageFor(ALERTS["dead-letters"]);
  assert.deepEqual(Object.keys(json), ["text", "dragonlog"]);
  assert.match(json.text, /^\[dragonlog\] web-1: 12 records refused for good: invalid\n/);
  const { kind, host, times, alert } = JSON.parse(JSON.stringify(json)).dragonlog;
  assert.deepEqual(
    { kind, host, times, alert },
    {
      kind: "dead-letters",
      host: "web-1",
      times: 1,
      alert: ALERTS["dead-letters"],
    },
  );
});
