/** What `log()` and `child()` make of the names they are given. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertNamesOnce } from "../encode/encode.cases.js";
import { openLogger } from "./logger.cases.js";
import type { RecordInput } from "./types.js";

test("a timestamp that is given is kept as given: a Date, a number, a text with an offset or without", (t) => {
  const { logger, stored, wires } = openLogger(t);
  const at = Date.UTC(2020, 1, 29, 23, 59, 59, 999);
  for (const timestamp of [
    new Date(at),
    at,
    "2020-02-29T23:59:59.999Z",
    "2020-03-01T01:59:59.999+02:00",
    "2020-02-29 23:59:59.999",
  ]) {
    logger.log({ data: 1, timestamp });
  }
  const records = stored();
  assert.deepEqual(
    records.map(({ timestamp }) => timestamp),
    Array(5).fill(at),
  );
  for (const { bytes, start } of records) {
    assert.equal(bytes.toString("latin1", start + 14, start + 38), "2020-02-29T23:59:59.999Z");
  }
  const before = Date.now();
  logger.info("now");
  assert.ok(Date.parse(wires()[0]!.timestamp) >= before, "those after it are stamped by the clock again");
});

test("a timestamp that is none is kept beside the record, which gets the time of the call", (t) => {
  const { logger, wires } = openLogger(t);
  const odd = [new Date(Number.NaN), "yesterday", Number.NaN, "+012345-01-01T00:00:00Z", -1e15, {}, true];
  const before = Date.now();
  for (const timestamp of odd) logger.log({ data: 1, timestamp: timestamp as never, metadata: { a: 1 } });
  const all = wires();
  for (const { timestamp } of all) assert.ok(Date.parse(timestamp) >= before);
  assert.deepEqual(
    all.map(({ metadata }) => metadata),
    ["Invalid Date", "yesterday", "NaN", "+012345-01-01T00:00:00Z", -1e15, {}, true].map(
      (timestamp_given) => ({ timestamp_given, a: 1 }),
    ),
  );
});

test("names that are none of a record's are kept in its metadata", (t) => {
  const { logger, wires } = openLogger(t);
  logger.log({ data: 1, user: 7, id: "mine" } as RecordInput);
  logger.log({ data: 1, user: 7, metadata: { a: 1, user: 8 } } as RecordInput);
  logger.log({ data: 1, user: 7, metadata: new Map([["a", 1]]) } as never);
  logger.log({ data: 1, user: 7, metadata: "text" } as never);
  logger.log({ data: 1, metadata: "text" } as never);
  logger.log({ message: "no data" } as RecordInput);
  const all = wires();
  assert.deepEqual(
    all.map(({ metadata }) => metadata),
    [
      { user: 7, id: "mine" },
      { user_given: 7, a: 1, user: 8 },
      { user: 7, metadata: { a: 1 } },
      { user: 7, metadata: "text" },
      { value: "text" },
      { message: "no data" },
    ],
  );
  assert.equal(all[5]!.data, null);
});

test("null is like leaving out, and anything but an object is the data of an INFO record", (t) => {
  const { logger, wires } = openLogger(t);
  logger.log({
    data: 1,
    timestamp: null,
    service: null,
    type: null,
    request_id: null,
    metadata: null,
  } as never);
  for (const data of ["text", 5, null, undefined, ["list"]]) logger.log(data as never);
  const all = wires();
  assert.deepEqual(Object.keys(all[0]!), ["timestamp", "service", "data", "type", "id"]);
  assert.deepEqual(
    all.map(({ service, type }) => [service, type]),
    Array(6).fill(["svc", "INFO"]),
  );
  assert.deepEqual(
    all.map(({ data }) => data),
    [1, "text", 5, null, null, ["list"]],
  );
});

test("a child adds its bindings, and its own service and request_id", (t) => {
  const { logger, stored, wires } = openLogger(t);
  const child = logger.child({ service: "api", request_id: "r1", user: 7 });
  const grandchild = child.child({ request_id: "r2", user: 8, role: "x" });
  child.info(1, { a: 1 });
  grandchild.info(2);
  grandchild.log({ data: 3, service: "db", request_id: "r3" });
  child.child({}).info(4);
  logger.info(5);
  const all = wires();
  assert.deepEqual(
    all.map(({ service, request_id, metadata }) => [service, request_id, metadata]),
    [
      ["api", "r1", { user: 7, a: 1 }],
      ["api", "r2", { user: 8, role: "x" }],
      ["db", "r3", { user: 8, role: "x" }],
      ["api", "r1", { user: 7 }],
      ["svc", undefined, undefined],
    ],
  );
  grandchild.warn("x".repeat(100));
  const [record] = stored();
  assert.deepEqual([record?.service, record?.type], ["api", "WARN"]);
});

test("a name that a child binds and a call says stands once, as the call says it", (t) => {
  const { logger, lines } = openLogger(t);
  const error = new Error("said");
  const calls: [unknown, string, string][] = [
    [{ a: 1 }, "plain", "a"],
    [new Map([["a", "said"]]), "Map", "a"],
    [error, "Error", "error"],
    ["said", "text", "value"],
    [["said"], "list", "value"],
    [{ toJSON: () => ({ a: "said" }) }, "toJSON", "a"],
    [new Proxy({ a: "said" }, {}), "Proxy", "a"],
    [Object.assign(new (class Said {})(), { a: "said" }), "class", "a"],
  ];
  for (const [metadata, what, name] of calls) {
    logger.child({ [name]: "bound", other: "bound" }).info(1, metadata as object);
    const [line] = lines();
    assertNamesOnce(line!);
    const said = (JSON.parse(line!) as { metadata: Record<string, unknown> }).metadata;
    assert.notEqual(said[name], "bound", what);
    assert.equal(said.other, "bound", what);
  }
});

test("bindings and metadata of any names never make a name stand twice", (t) => {
  const { logger, lines } = openLogger(t);
  const names = fc.constantFrom("a", "b", 'q"', "value", "error", "__proto__", "toJSON", "constructor", "1");
  const members = fc.array(
    fc.tuple(
      names,
      fc.oneof(fc.constantFrom('"a":', "b", 5, undefined, null), fc.dictionary(names, fc.jsonValue())),
    ),
  );
  const objectOf = (entries: [string, unknown][]) => Object.fromEntries(entries);
  fc.assert(
    fc.property(members, members, members, fc.boolean(), (first, second, said, asMap) => {
      const bound = { ...objectOf(first), ...objectOf(second) };
      const call = objectOf(said);
      const child = logger.child(objectOf(first)).child(objectOf(second));
      child.info(1, asMap ? new Map(Object.entries(call)) : call);
      const [line] = lines();
      assertNamesOnce(line!);
      const { metadata = {} } = JSON.parse(line!) as { metadata?: object };
      const kept = Object.entries(call).filter(([, value]) => value !== undefined);
      const expected = JSON.parse(JSON.stringify(Object.fromEntries([...Object.entries(bound), ...kept])));
      assert.deepEqual(sorted(metadata), sorted(expected));
    }),
    { numRuns: 300 },
  );
});

function sorted(object: object): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}
