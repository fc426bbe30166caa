import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { assertNamesOnce, parsed } from "../encode/encode.cases.js";
import { HOSTILE } from "../encode/hostile.cases.js";
import { openLogger, type Wire } from "./logger.cases.js";
import { DragonLogger } from "./logger.js";
import type { RecordInput } from "./types.js";

const WIRE_NAMES = ["timestamp", "service", "data", "type", "request_id", "metadata", "id"];
/** Those that take seconds to encode meet the encoder's own tests only. */
const QUICK = Object.entries(HOSTILE).filter(([name]) => !/bomb|endless|long text/.test(name));

/** Proves that a line has the wire names, all and only these, in their order. */
function assertWire(line: string): void {
  const names = Object.keys(parsed(line) as object);
  assert.deepEqual(
    names,
    WIRE_NAMES.filter((name) => names.includes(name)),
  );
  for (const name of ["timestamp", "service", "data", "type", "id"]) assert.ok(names.includes(name), name);
  assertNamesOnce(line);
}

test("a record has the wire names in their order, and stands as one line of UTF-8", (t) => {
  const { logger, stored, lines } = openLogger(t);
  const before = Date.now();
  logger.info("signed up", { user_id: 42 });
  const [record] = stored();
  assert.ok(isUtf8(record!.bytes.subarray(record!.start, record!.end)));
  const { writer } = logger.stats();
  assert.ok(record!.timestamp >= before && record!.timestamp <= Date.now());
  assert.equal(
    record!.bytes.toString("utf8", record!.start, record!.end),
    `{"timestamp":"${new Date(record!.timestamp).toISOString()}","service":"svc","data":"signed up","type":"INFO","metadata":{"user_id":42},"id":"${writer}-0"}`,
  );
  logger.log({ service: "other", data: 1, type: "AUDIT", request_id: "r", metadata: { a: 1 } });
  const [line] = lines();
  assert.ok(
    line!.endsWith(
      `"service":"other","data":1,"type":"AUDIT","request_id":"r","metadata":{"a":1},"id":"${writer}-1"}`,
    ),
  );
});

for (const [name, value] of QUICK) {
  test(`${name}: no call throws, and each leaves one good line`, (t) => {
    const { logger, lines } = openLogger(t);
    const odd = value as never;
    logger.info(value);
    logger.info("with metadata", odd);
    logger.info(value, odd);
    logger.log(odd);
    logger.log({ data: value, metadata: odd, service: odd, type: odd, request_id: odd, timestamp: odd });
    logger.log({ data: "x", unknown: value, metadata: odd } as RecordInput);
    logger.child(odd).info("by a child", odd);
    logger.child({ bound: value, request_id: value, service: value }).info("bound");
    const all = lines();
    assert.equal(all.length, 8);
    for (const line of all) assertWire(line);
    assert.deepEqual(logger.stats().dropped, {});
    assert.equal((parsed(all[1]!) as Wire).data, "with metadata", "data is kept, whatever the metadata");
    assert.equal((parsed(all[6]!) as Wire).data, "by a child");
  });
}

test("what cannot be put into text at all leaves a readable record, and is counted", (t) => {
  const { logger, wires } = openLogger(t);
  logger.log({
    get data(): never {
      throw new Error("why");
    },
  });
  logger.log({ data: 1, type: Object.create(null) });
  const [first, second] = wires();
  assert.deepEqual([first?.data, first?.type], ["[Unencodable: why]", "ERROR"]);
  assert.match(String(second?.data), /^\[Unencodable: Cannot convert object/);
  assert.equal(logger.stats().unencodable, 2);
});

test("any record that JSON can hold comes back as it was given", (t) => {
  const { logger, lines } = openLogger(t);
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(
      fc.jsonValue({ stringUnit: "binary" }),
      fc.dictionary(text, fc.jsonValue()),
      text,
      text,
      (data, metadata, service, request_id) => {
        logger.log({ data, metadata, service, request_id });
        const [line] = lines();
        assertWire(line!);
        const wire = parsed(line!) as Wire;
        const given = JSON.parse(JSON.stringify({ data, metadata, service, request_id }));
        assert.deepEqual({ metadata: {}, ...pick(wire) }, given);
      },
    ),
    { numRuns: 300 },
  );
});

function pick({ data, metadata, service, request_id }: Wire): object {
  return { data, ...(metadata === undefined ? {} : { metadata }), service, request_id };
}

test("an error is data, metadata or a part of it, and keeps what it holds", (t) => {
  const { logger, wires } = openLogger(t);
  const error = Object.assign(new TypeError("why", { cause: new Error("root") }), {
    code: "E",
    extra: { a: 1 },
  });
  logger.error(error);
  logger.error("as metadata", error);
  logger.error("within", { error });
  logger.log(error as never);
  logger.log({ data: "beside", metadata: error as never, other: 1 } as RecordInput);
  const all = wires();
  const errors = [
    all[0]?.data,
    all[1]?.metadata?.error,
    all[2]?.metadata?.error,
    all[3]?.data,
    all[4]?.metadata?.metadata,
  ];
  for (const kept of errors as Record<string, never>[]) {
    const { name, message, code, extra, cause, stack } = kept as Record<string, unknown>;
    assert.deepEqual(
      [name, message, code, extra, (cause as Error).message],
      ["TypeError", "why", "E", { a: 1 }, "root"],
    );
    assert.match(String(stack), /^TypeError: why\n/);
  }
  assert.deepEqual(
    all.map(({ type }) => type),
    ["ERROR", "ERROR", "ERROR", "INFO", "INFO"],
  );
});

test("levels pass what is at or above them, and a type that is no level always passes", (t) => {
  const { logger, wires } = openLogger(t, { level: "warn" });
  const methods = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
  const logAll = () => {
    for (const method of methods) logger[method](method);
    for (const method of methods) logger.log({ data: method, type: method.toUpperCase() });
    logger.log({ data: "AUDIT", type: "AUDIT" });
    logger.log({ data: "info", type: "info" });
    return wires().map(({ type }) => type);
  };
  const high = ["WARN", "ERROR", "FATAL"];
  assert.deepEqual(logAll(), [...high, ...high, "AUDIT", "info"]);
  assert.deepEqual(
    methods.map((level) => logger.isLevelEnabled(level)),
    [false, false, false, true, true, true],
  );
  const child = logger.child({});
  logger.level = "trace";
  assert.deepEqual([logger.level, child.level], ["trace", "warn"]);
  assert.equal(logAll().length, 14);
  assert.throws(
    () => {
      logger.level = "loud" as never;
    },
    { code: "DRAGONLOG_OPTION_INVALID", message: /level/ },
  );
  assert.equal(logger.level, "trace");
  for (const odd of ["loud", undefined, null, 5, {}])
    assert.equal(logger.isLevelEnabled(odd as never), false);
});

test("what is logged after close is counted, and nothing throws", async (t) => {
  const { logger, wires } = openLogger(t);
  const child = logger.child({ a: 1 });
  logger.info("before");
  await logger.close();
  logger.info("after");
  logger.info("x".repeat(1000));
  logger.log({ data: 1 });
  child.error(new Error("after"));
  await logger.flush();
  await logger.close();
  logger[Symbol.dispose]();
  assert.deepEqual(
    wires().map(({ data }) => data),
    ["before"],
  );
  const { dropped, logged, state } = logger.stats();
  assert.deepEqual([dropped, logged, state], [{ closed: 4 }, 1, "closed"]);
});

test("`using` and `await using` close the logger at the end of the block", async (t) => {
  const { dir } = openLogger(t);
  const first = new DragonLogger({ service: "a", journalDir: dir });
  const second = new DragonLogger({ service: "b", journalDir: dir });
  {
    using inner = first;
    inner.info(1);
  }
  {
    await using inner = second;
    inner.info(1);
  }
  assert.deepEqual([first.stats().state, second.stats().state], ["closed", "closed"]);
});

test("options that make no sense are refused by name", (t) => {
  const { dir } = openLogger(t);
  const good = { service: "svc", journalDir: dir };
  const wrong: [object | undefined, string, RegExp][] = [
    [undefined, "INVALID", /service/],
    [{ journalDir: dir }, "INVALID", /service/],
    [{ ...good, service: "" }, "INVALID", /service/],
    [{ ...good, service: 5 }, "INVALID", /service/],
    [{ ...good, levle: "info" }, "UNKNOWN", /levle/],
    [{ ...good, level: "loud" }, "INVALID", /level/],
    [{ ...good, segmentBytes: "1KiB" }, "INVALID", /segmentBytes/],
    [{ ...good, segmentBytes: 65_537.5 }, "INVALID", /segmentBytes/],
    [{ ...good, journalBytesMax: "1MiB", segmentBytes: "8MiB" }, "INVALID", /journalBytesMax/],
    [{ ...good, whenFull: "wait" }, "INVALID", /whenFull/],
    [{ ...good, syncMs: 1 }, "INVALID", /syncMs/],
    [{ ...good, syncMs: Number.NaN }, "INVALID", /syncMs/],
    [{ ...good, region: "eu-west-1" }, "INVALID", /region/],
    [{ ...good, buffer: "redis://x:y:z" }, "INVALID", /buffer/],
    [
      { ...good, buffer: "redis://x", to: "stdout" },
      "INVALID",
      /^to .* means nothing with a buffer in a store$/,
    ],
    [{ ...good, linger: "1s" }, "INVALID", /^linger .* means nothing without a buffer in a store$/],
    [{ ...good, drainDeadline: "1s" }, "INVALID", /^drainDeadline .* means nothing without to$/],
    [{ ...good, onTrouble: 5 }, "INVALID", /onTrouble/],
  ];
  for (const [options, code, name] of wrong) {
    assert.throws(
      () => new DragonLogger(options as never)[Symbol.dispose](),
      { name: "DragonlogError", code: `DRAGONLOG_OPTION_${code}`, message: name },
      JSON.stringify(options),
    );
  }
});
