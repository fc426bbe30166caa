import assert from "node:assert/strict";
import { test } from "node:test";
import { DragonlogError, type ErrorCode } from "../system/errors.js";
import { parseOptions } from "./parse.js";
import { defaultJournalDir } from "./places.js";

const SOURCE = "new DragonLogger()";

function refused(input: unknown, code: ErrorCode, message: RegExp, hint: RegExp): void {
  assert.throws(
    () => parseOptions("logger", input, SOURCE),
    (error: unknown) => {
      assert.ok(error instanceof DragonlogError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.match(error.hint, hint);
      return true;
    },
  );
}

test("what is not given has its default", () => {
  assert.deepEqual(parseOptions("logger", { service: "api", level: undefined }, SOURCE), {
    service: "api",
    level: "info",
    traceContext: true,
    limit: {},
    sample: {},
    redact: [],
    redactBy: "censor",
    journalDir: defaultJournalDir(),
    buffer: { kind: "journal", dir: defaultJournalDir() },
    journal: true,
    segmentBytes: 8_388_608,
    journalBytesMax: 1_073_741_824,
    whenFull: "drop-newest",
    syncMs: 1000,
  });
});

test("sizes and durations are text or numbers of bytes and milliseconds", () => {
  assert.equal(parseOptions("logger", { service: "a", segmentBytes: "64KiB" }, SOURCE).segmentBytes, 65_536);
  assert.equal(parseOptions("logger", { service: "a", segmentBytes: 65_536 }, SOURCE).segmentBytes, 65_536);
  assert.equal(parseOptions("ship", { interval: "3s" }, SOURCE).interval, 3000);
  assert.equal(parseOptions("ship", { interval: 3000 }, SOURCE).interval, 3000);
});

test("the buffer's folder is that of journalDir unless the buffer names one", () => {
  assert.equal(parseOptions("ship", { journalDir: "/j" }, SOURCE).buffer.dir, "/j");
  assert.equal(parseOptions("ship", { journalDir: "/j", buffer: "journal:/b" }, SOURCE).buffer.dir, "/b");
});

test("places are understood", () => {
  assert.deepEqual(parseOptions("ship", {}, SOURCE).to, { kind: "cloudwatch" });
  assert.deepEqual(parseOptions("ship", { to: "stdout" }, SOURCE).to, { kind: "stdout" });
  assert.deepEqual(parseOptions("ship", { to: "directory:out" }, SOURCE).to, {
    kind: "directory",
    dir: "out",
  });
  for (const to of ["directory:", "Cloudwatch", "s3:bucket", ""]) {
    assert.throws(() => parseOptions("ship", { to }, SOURCE), { message: /^to of .* cannot be/ }, to);
  }
});

test("a store has its journals in journalDir; a form that does not exist is refused, without what may be a password", () => {
  for (const buffer of [
    "redis://h",
    "rediss://u:p@h:1/2",
    "redis+sentinel://a,b/m",
    "rediss+cluster://a:1,b:2",
  ]) {
    const { buffer: place } = parseOptions("ship", { journalDir: "/j", buffer }, SOURCE);
    assert.deepEqual(place, { kind: "redis", dir: "/j", url: buffer });
  }
  const code = "DRAGONLOG_OPTION_INVALID";
  refused({ service: "a", buffer: "memory:" }, code, /cannot be "memory:"/, /only inside an application/);
  refused({ service: "a", buffer: "journal:" }, code, /cannot be "journal:"/, /takes journal:<dir>, redis:/);
  refused({ service: "a", buffer: "redis:/h" }, code, /cannot be "redis:\/h"/, /takes journal:<dir>, redis:/);
  refused({ service: "a", buffer: "valkey://u:secret@h" }, code, /^(?!.*secret).*not shown/, /^(?!.*secret)/);
});

test("unknown options are refused with the nearest name", () => {
  const code = "DRAGONLOG_OPTION_UNKNOWN";
  refused(
    { service: "a", levle: "info" },
    code,
    /^levle of new DragonLogger\(\) is no option/,
    /mean level\?/,
  );
  refused({ service: "a", zebra: 1 }, code, /^zebra/, /^There are: service, level, /);
  refused({ service: "a", constructor: 1 }, code, /^constructor .* is no option of dragonlog/, /There are/);
  refused({ service: "a", interval: "2m" }, code, /^interval .* is no option here/, /There are/);
});

test("wrong types and values out of range are refused by name, never clamped", () => {
  const code = "DRAGONLOG_OPTION_INVALID";
  refused({ service: "a", syncMs: 9 }, code, /^syncMs of .* cannot be 9$/, /from 10 to 60000/);
  refused({ service: "a", syncMs: "1000" }, code, /^syncMs of .* cannot be "1000"$/, /whole number/);
  refused({ service: "a", syncMs: 10.5 }, code, /cannot be 10.5$/, /whole number/);
  refused({ service: "a", segmentBytes: "63KiB" }, code, /cannot be "63KiB"$/, /from 64KiB to 1GiB/);
  refused({ service: "a", segmentBytes: Number.NaN }, code, /cannot be NaN$/, /bytes/);
  refused({ service: "a", level: "verbose" }, code, /cannot be "verbose"$/, /trace, debug, info/);
  refused({ service: "a", whenFull: null }, code, /cannot be null$/, /drop-newest, drop-oldest/);
  refused({ service: 7 }, code, /^service .* cannot be 7$/, /text/);
  refused({ service: "" }, code, /^service .* cannot be ""$/, /text/);
  refused({}, code, /^service of new DragonLogger\(\) is missing$/, /Set service/);
  refused("api", code, /^the argument of new DragonLogger\(\) cannot be "api"$/, /object of options/);
  refused(null, code, /cannot be null$/, /object of options/);
});

test("a journal holds at least two segments", () => {
  const input = { service: "a", segmentBytes: "1MiB", journalBytesMax: "1MiB" };
  refused(
    input,
    "DRAGONLOG_OPTION_INVALID",
    /^journalBytesMax .* cannot be "1MiB"$/,
    /at least two segments.* 2MiB/,
  );
  assert.doesNotThrow(() => parseOptions("logger", { ...input, journalBytesMax: "2MiB" }, SOURCE));
});

test("without a journal sizes are of RAM, and a store is needed", () => {
  const input = { service: "a", journal: false, buffer: "redis://host" };
  const { segmentBytes, journalBytesMax } = parseOptions("logger", input, SOURCE);
  assert.deepEqual([segmentBytes, journalBytesMax], [1 << 20, 64 << 20]);
  assert.equal(parseOptions("pipe", { ...input, journalBytesMax: "8MiB" }, SOURCE).journalBytesMax, 8 << 20);
  const message = /^journal of new DragonLogger\(\) can be false with a buffer in a store only/;
  for (const buffer of [undefined, "journal:/tmp/j"]) {
    assert.throws(() => parseOptions("pipe", { ...input, buffer }, SOURCE), {
      message,
      hint: /redis:\/\/host/,
    });
  }
});

test("retention is one of the day counts that AWS knows", () => {
  assert.equal(parseOptions("ship", { retentionDays: 14 }, SOURCE).retentionDays, 14);
  assert.equal("retentionDays" in parseOptions("ship", {}, SOURCE), false);
  assert.throws(() => parseOptions("ship", { retentionDays: 15 }, SOURCE), { hint: /one of 1, 3, 5, 7, 14/ });
});

test("an endpoint is an http URL", () => {
  assert.equal(
    parseOptions("ship", { endpoint: "http://127.0.0.1:9" }, SOURCE).endpoint,
    "http://127.0.0.1:9",
  );
  for (const endpoint of ["127.0.0.1:9", "ftp://x", "localhost"]) {
    assert.throws(() => parseOptions("ship", { endpoint }, SOURCE), { hint: /http:\/\// }, endpoint);
  }
});

test("a condition may hold commas in its value", () => {
  const read = (where: string) => parseOptions("tail", { where }, SOURCE).where;
  assert.deepEqual(read("data=x,y"), ["data=x,y"]);
  assert.deepEqual(read("data=x,y,metadata.user=1,2,service=a"), [
    "data=x,y",
    "metadata.user=1,2",
    "service=a",
  ]);
});

test("names are repeated as a flag, and an array in code", () => {
  assert.deepEqual(parseOptions("ship", {}, SOURCE).list, ["logs:buffer"]);
  assert.deepEqual(parseOptions("ship", { list: ["a", "b", "a"] }, SOURCE).list, ["a", "b"]);
  assert.deepEqual(parseOptions("ship", { list: "a" }, SOURCE).list, ["a"]);
  assert.deepEqual(parseOptions("ship", { list: "none" }, SOURCE).list, []);
  assert.deepEqual(parseOptions("ship", { list: [] }, SOURCE).list, []);
  for (const list of ["", "a,", [1], [""], 5]) {
    assert.throws(() => parseOptions("ship", { list }, SOURCE), { message: /^list of .* cannot be/ });
  }
});
