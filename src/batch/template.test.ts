import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../buffer/buffer.js";
import { DestinationTemplate } from "./template.js";

function record(more: Partial<StoredRecord> = {}): StoredRecord {
  const timestamp = Date.UTC(2026, 7, 1, 12);
  const place = { bytes: Buffer.alloc(0), start: 0, end: 0 };
  return { timestamp, writer: "w", seq: 0, ordinal: 0, service: "api", type: "INFO", ...place, ...more };
}

const stream = (template: string, more: Partial<StoredRecord> = {}, host = "web-1") =>
  new DestinationTemplate("logs", template).of(record(more), host).stream;

const group = (template: string, more: Partial<StoredRecord> = {}) =>
  new DestinationTemplate(template, "s").of(record(more), "web-1").group;

test("every placeholder is filled in, in both names", () => {
  const template = new DestinationTemplate("/apps/{service}", "{date}/{host}/{type}-{service}");
  assert.deepEqual(template.of(record(), "web-1"), {
    group: "/apps/api",
    stream: "2026-08-01/web-1/INFO-api",
  });
});

test("the date is the UTC day of the record, changing at midnight", () => {
  const midnight = Date.UTC(2026, 0, 1);
  assert.equal(stream("{date}", { timestamp: midnight - 1 }), "2025-12-31");
  assert.equal(stream("{date}", { timestamp: midnight }), "2026-01-01");
  assert.equal(stream("{date}", { timestamp: -1 }), "1969-12-31");
});

test("a timestamp that is no moment in time gives no date and does not throw", () => {
  for (const timestamp of [Number.NaN, Number.POSITIVE_INFINITY, 9e15, -9e15]) {
    assert.equal(stream("{date}", { timestamp }), "_");
    assert.equal(stream("d{date}", { timestamp }), "d");
  }
  assert.equal(stream("{date}", { timestamp: 8.64e15 }), "+275760-09-13");
});

test("what a stream name may not hold becomes _, one for each character", () => {
  assert.equal(stream("{service}", { service: "a:b*c\nd\u0000e\u007ff\u0085g" }), "a_b_c_d_e_f_g");
  assert.equal(stream("{service}", { service: "\ud800x😀" }), "_x😀");
  assert.equal(stream("{service}", { service: "" }), "_");
  assert.equal(stream("{service} at {host}", { service: "größe" }, "10.0.0.1"), "größe at 10.0.0.1");
});

test("what a group name may not hold becomes _, and the prefix that AWS keeps is broken", () => {
  assert.equal(group("{service}", { service: "my api: größe" }), "my_api__gr__e");
  assert.equal(group("{service}", { service: "aws/lambda" }), "aws_lambda");
  assert.equal(group("aws{service}", { service: "/lambda" }), "aws_lambda");
  assert.equal(group("/aws/{service}", { service: "aws/lambda" }), "/aws/aws/lambda");
});

test("a name is cut to 512 characters, never through a surrogate pair", () => {
  assert.equal(stream("{service}", { service: "x".repeat(600) }), "x".repeat(512));
  assert.equal(stream("{service}", { service: `${"x".repeat(511)}😀` }), `${"x".repeat(511)}_`);
});

test("property: whatever a record holds, the names are legal", () => {
  const text = fc
    .tuple(fc.string({ unit: "binary" }), fc.nat({ max: 600 }))
    .map(([some, more]) => some + "x".repeat(more) + some);
  fc.assert(
    fc.property(text, text, fc.double(), (service, host, timestamp) => {
      const template = new DestinationTemplate("{service}{date}", "{host}{type}{date}");
      const names = template.of(record({ service, type: service, timestamp }), host);
      assert.match(names.group, /^[.\-_/#A-Za-z0-9]{1,512}$/);
      assert.doesNotMatch(names.group, /^aws\//);
      assert.match(names.stream, /^[^:*\p{Cc}]+$/u);
      assert.ok(names.stream.length <= 512);
      assert.equal(names.stream, Buffer.from(names.stream).toString(), "survives UTF-8");
    }),
  );
});

test("an unknown placeholder is refused by name", () => {
  assert.throws(() => new DestinationTemplate("logs", "{service}/{pid}"), {
    code: "DRAGONLOG_OPTION_INVALID",
    message: 'stream cannot be "{pid}"',
    hint: "stream takes of placeholders only {service} {host} {type} {date}.",
  });
  assert.throws(() => new DestinationTemplate("{Service}", "x"), { message: 'group cannot be "{Service}"' });
  assert.throws(() => new DestinationTemplate("logs", "{}"), { message: 'stream cannot be "{}"' });
});

test("a template that can give no legal name is refused, not mended", () => {
  const refused: [group: string, stream: string, option: string][] = [
    ["logs", "", "stream"],
    ["logs", "a:b", "stream"],
    ["logs", "{service}*", "stream"],
    ["logs", "{service", "stream"],
    ["logs", "service}", "stream"],
    ["logs", "{{service}}", "stream"],
    ["logs", "line\nbreak", "stream"],
    ["logs", "x".repeat(513), "stream"],
    ["", "x", "group"],
    ["my logs", "x", "group"],
    ["aws/x", "x", "group"],
    ["x".repeat(513), "x", "group"],
  ];
  for (const [groupTemplate, streamTemplate, option] of refused) {
    assert.throws(
      () => new DestinationTemplate(groupTemplate, streamTemplate),
      (error: Error & { code?: string }) =>
        error.code === "DRAGONLOG_OPTION_INVALID" && error.message.startsWith(`${option} cannot be `),
      `${groupTemplate} ${streamTemplate}`,
    );
  }
});

test("the same values give the same object, for every combination of fields", () => {
  const template = new DestinationTemplate("{type}", "{service}{host}");
  const first = template.of(record(), "a");
  assert.equal(template.of(record({ seq: 1, timestamp: 0 }), "a"), first);
  assert.notEqual(template.of(record(), "b"), first);
  assert.notEqual(template.of(record({ service: "web" }), "a"), first);
  assert.notEqual(template.of(record({ type: "WARN" }), "a"), first);
  assert.equal(template.of(record(), "a"), first);
});

test("a literal template gives one object for all records", () => {
  const template = new DestinationTemplate("logs", "all");
  assert.equal(template.of(record(), "a"), template.of(record({ service: "web", type: "WARN" }), "b"));
});

test("any number of services gives the right names, and only some of them are kept", () => {
  const template = new DestinationTemplate("logs", "{service}");
  const first = template.of(record({ service: "s0" }), "h");
  assert.equal(template.of(record({ service: "s0" }), "h"), first);
  for (let round = 0; round < 2; round += 1) {
    for (let n = 0; n < 25_000; n += 1) {
      const service = `s${n}`;
      assert.equal(template.of(record({ service }), "h").stream, service);
    }
    assert.notEqual(template.of(record({ service: "s0" }), "h"), first);
  }
});
