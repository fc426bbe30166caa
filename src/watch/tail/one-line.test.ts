import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import fc from "fast-check";
import { inkFor } from "./ink.js";
import { dayOf, OneLine, timeOf } from "./one-line.js";
import { prettyText } from "./pretty.js";
import { seenRecord } from "./seen-record.js";

const AT_MS = new Date(2026, 1, 3, 4, 5, 6, 7).getTime();
const PLAIN = inkFor(new Writable(), {});
const COLOURED = inkFor(new Writable(), { FORCE_COLOR: "1" });

const lineOf = (members: object): string =>
  JSON.stringify({
    timestamp: new Date(AT_MS).toISOString(),
    service: "api",
    type: "INFO",
    ...members,
    id: "w-7",
  });
const shown = (
  members: object,
  { ink = PLAIN, max = Number.POSITIVE_INFINITY, nowMs = AT_MS } = {},
): string => new OneLine(ink, max, nowMs).texts([seenRecord(lineOf(members))]).join("");
const pretty = (text: string): string => prettyText(seenRecord(text), PLAIN);
/** All that steers a terminal, but the line break that ends a line. */
const STEERS = /[\p{Cc}\p{Cf}]/u;

test("a record is one line: time, level, service, data, then the request and the metadata", () => {
  const metadata = {
    user_id: 42,
    name: "Ada L",
    cart: { items: [1, 2] },
    none: null,
    empty: "",
    plain: "x/y",
  };
  assert.equal(
    shown({ data: "paid", request_id: "r-1", metadata }),
    '04:05:06.007 INFO  api paid  request_id=r-1 user_id=42 name="Ada L" cart={"items":[1,2]} none=null empty="" plain=x/y\n',
  );
  assert.equal(shown({ data: { n: 1 } }), '04:05:06.007 INFO  api {"n":1}\n');
  assert.equal(shown({ data: null, more: 1 }), "04:05:06.007 INFO  api null  more=1\n");
});

test("columns are as wide as what came so far, and no wider than people can read", () => {
  const oneLine = new OneLine(PLAIN, 1000, AT_MS);
  const texts = (...services: string[]) =>
    oneLine
      .texts(services.map((service) => seenRecord(lineOf({ service, data: "x" }))))
      .map((text) => text.slice(19).trimEnd());
  assert.deepEqual(texts("a", "longer"), ["a      x", "longer x"]);
  assert.deepEqual(texts("a"), ["a      x"]);
  assert.deepEqual(texts("s".repeat(50), "a"), [`${"s".repeat(50)} x`, `a${" ".repeat(20)}x`]);
});

test("the day is told when it is not today's, and when it changes", () => {
  const oneLine = new OneLine(PLAIN, 1000, AT_MS);
  const at = (ms: number) =>
    oneLine.texts([seenRecord(lineOf({ timestamp: new Date(ms).toISOString(), data: "x" }))])[0]!;
  const DAY_MS = 86_400_000;
  assert.ok(!at(AT_MS).includes("---"));
  assert.ok(at(AT_MS - DAY_MS).startsWith("--- 2026-02-02 ---\n04:05:06.007"));
  assert.ok(!at(AT_MS - DAY_MS).includes("---"));
  assert.ok(at(AT_MS).startsWith("--- 2026-02-03 ---\n"));
  assert.deepEqual([dayOf(AT_MS), timeOf(AT_MS)], ["2026-02-03", "04:05:06.007"]);
});

test("an error is its name and message on one line, and its stack on several", () => {
  const data = {
    name: "TypeError",
    message: "bad",
    stack: "TypeError: bad\n    at pay (shop.js:7)",
    code: "E",
  };
  assert.equal(shown({ data }), '04:05:06.007 INFO  api TypeError: bad {"code":"E"}\n');
  assert.ok(
    shown({ data: "x", metadata: { error: data } }).endsWith('x  error=TypeError: bad {"code":"E"}\n'),
  );
  assert.match(pretty(lineOf({ data })), /^ {4}stack {4}TypeError: bad\n {17}at pay \(shop\.js:7\)$/m);
});

test("several lines hold all that is in a record, aligned", () => {
  assert.equal(
    pretty(
      lineOf({ data: "one\ntwo", request_id: "r-1", metadata: { user: { name: "Ada", tags: ["a"] }, n: 1 } }),
    ),
    [
      "2026-02-03 04:05:06.007 INFO api",
      "  data        one",
      "              two",
      "  request_id  r-1",
      "  metadata",
      "    user",
      "      name  Ada",
      '      tags  ["a"]',
      "    n     1",
      "  id          w-7",
      "\n",
    ].join("\n"),
  );
});

test("a number of twenty digits keeps them", () => {
  const text = '{"data":12345678901234567890,"metadata":{"id":98765432109876543210}}';
  for (const shownText of [pretty(text), new OneLine(PLAIN, 1000, AT_MS).texts([seenRecord(text)])[0]!]) {
    assert.ok(
      shownText.includes("12345678901234567890") && shownText.includes("98765432109876543210"),
      shownText,
    );
  }
});

test("on a terminal the beginning of what is very long is shown, and how much more there is", () => {
  const text = shown({ data: "é".repeat(5000), metadata: { a: "y".repeat(1_000_000) } }, { max: 4096 });
  assert.ok(text.length < 9000);
  assert.ok(
    text.includes(`${"é".repeat(10)}… ${2 * (5000 - 4096)} bytes more; --json or --pretty shows all`),
  );
  assert.ok(text.includes(`y… ${1_000_002 - 4096} bytes more`));
  assert.ok(shown({ data: "x".repeat(1_000_000) }).length > 1_000_000);
});

test("a line that is no JSON is shown by how it begins", () => {
  const preview = {
    preview: true,
    id: "w-1",
    timestamp: new Date(AT_MS).toISOString(),
    service: "list",
    type: "INFO",
  };
  const seen = seenRecord(JSON.stringify({ ...preview, data: "{ broken", bytes: 9 }));
  assert.equal(
    new OneLine(PLAIN, 1000, AT_MS).texts([seen])[0],
    "04:05:06.007 INFO  list { broken  (no JSON, 9 bytes)\n",
  );
  assert.match(prettyText(seen, PLAIN), /bytes +9, no JSON/);
});

test("property: whatever stands in a record, nothing of it ends the line or steers the terminal", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "\u001b[31mred",
      "\u009b2J",
      "\r\nforged",
      "\u202egnp.exe",
      "\u2066x",
      "\u0007",
      "\u007f",
      "\ud800",
    ),
  );
  const json = fc.jsonValue();
  const record = fc.record(
    {
      timestamp: text,
      service: text,
      type: text,
      data: fc.oneof(text, json),
      request_id: fc.oneof(text, json),
      metadata: fc.oneof(fc.dictionary(text, fc.oneof(text, json)), json),
      other: json,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(record, fc.constantFrom(5, 1000), (members, max) => {
      const line = new OneLine(PLAIN, max, AT_MS).texts([seenRecord(JSON.stringify(members))])[0]!;
      assert.ok(line.endsWith("\n"));
      assert.ok(!STEERS.test(line.slice(0, -1)), JSON.stringify(line));
      const lines = pretty(JSON.stringify(members)).replaceAll("\n", "");
      assert.ok(!STEERS.test(lines), JSON.stringify(lines));
    }),
    { numRuns: 1000 },
  );
  for (const broken of ["", "{", "[1]", "null", `{"data":${"[".repeat(20_000)}${"]".repeat(20_000)}}`]) {
    assert.ok(new OneLine(PLAIN, 100, AT_MS).texts([seenRecord(broken)])[0]!.endsWith("\n"));
    assert.ok(pretty(broken).endsWith("\n\n"));
  }
});

test("colours are of a terminal only, as NO_COLOR and FORCE_COLOR say", () => {
  const terminal = Object.assign(new Writable(), { isTTY: true });
  const isColoured = (stream: Writable, env: NodeJS.ProcessEnv) => inkFor(stream, env).dim("x") !== "x";
  assert.ok(isColoured(terminal, {}));
  assert.ok(isColoured(terminal, { NO_COLOR: "" }));
  assert.ok(!isColoured(terminal, { NO_COLOR: "1" }));
  assert.ok(!isColoured(terminal, { TERM: "dumb" }));
  assert.ok(!isColoured(new Writable(), {}));
  assert.ok(isColoured(new Writable(), { FORCE_COLOR: "1", NO_COLOR: "1" }));
  assert.ok(!isColoured(terminal, { FORCE_COLOR: "0" }));
  assert.ok(shown({ type: "error", data: "x" }, { ink: COLOURED }).includes("\u001b[31merror\u001b[0m"));
  assert.ok(!shown({ type: "constructor", data: "x" }, { ink: COLOURED }).includes("[undefined"));
});
