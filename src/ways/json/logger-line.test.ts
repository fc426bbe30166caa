import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Entry } from "../entry.js";
import { readJsonLine } from "./json-line.js";
import { jsonSeverity, loggerEntry } from "./logger-line.js";

function entryOf(line: string): Entry | undefined {
  const json = readJsonLine(Buffer.from(line));
  return json && loggerEntry(json, "INFO");
}

const at = Date.UTC(2026, 0, 2, 15, 4, 5, 123);

/** Lines as the loggers write them. */
const LOGGERS: Readonly<Record<string, readonly [line: string, entry: Entry]>> = {
  pino: [
    `{"level":40,"time":${at},"pid":7,"hostname":"h","reqId":"req-1","msg":"slow"}`,
    { timestamp: at, data: "slow", type: "WARN", request_id: "req-1", metadata: { pid: 7, hostname: "h" } },
  ],
  "pino-http": [
    `{"level":30,"time":${at},"req":{"id":12,"method":"GET"},"msg":"request completed"}`,
    {
      timestamp: at,
      data: "request completed",
      type: "INFO",
      request_id: "12",
      metadata: { req: { id: 12, method: "GET" } },
    },
  ],
  "pino, a level of one's own": [
    '{"level":35,"msg":"x"}',
    { data: "x", type: "INFO", metadata: { level: 35 } },
  ],
  bunyan: [
    '{"name":"shop","hostname":"h","pid":7,"level":60,"msg":"down","time":"2026-01-02T15:04:05.123Z","v":0}',
    {
      timestamp: at,
      data: "down",
      type: "FATAL",
      metadata: { name: "shop", hostname: "h", pid: 7, v: 0 },
    },
  ],
  winston: [
    '{"level":"warn","message":"slow","service":"shop","timestamp":"2026-01-02T15:04:05.123Z"}',
    { timestamp: at, data: "slow", type: "WARN", metadata: { service: "shop" } },
  ],
  zap: [
    '{"level":"error","ts":1767366245.123,"caller":"main.go:12","msg":"broken","stacktrace":"a\\nb"}',
    { timestamp: at, data: "broken", type: "ERROR", metadata: { caller: "main.go:12", stacktrace: "a\nb" } },
  ],
  "zap, more than milliseconds": [
    '{"level":"dpanic","ts":1767366245.1234567,"msg":"odd"}',
    { timestamp: at, data: "odd", type: "FATAL", metadata: { level: "dpanic", ts: 1767366245.1234567 } },
  ],
  zerolog: [
    '{"level":"debug","time":1767366245,"message":"ready"}',
    { timestamp: at - 123, data: "ready", type: "DEBUG" },
  ],
  logrus: [
    '{"level":"warning","msg":"slow","time":"2026-01-02T16:04:05+01:00"}',
    { timestamp: at - 123, data: "slow", type: "WARN", metadata: { time: "2026-01-02T16:04:05+01:00" } },
  ],
  slog: [
    '{"time":"2026-01-02T15:04:05.123456789Z","level":"INFO","msg":"ready","n":1.50}',
    {
      timestamp: at,
      data: "ready",
      type: "INFO",
      metadata: { time: "2026-01-02T15:04:05.123456789Z", n: 1.5 },
    },
  ],
  "python-json-logger": [
    '{"asctime":"2026-01-02 15:04:05,123","levelname":"CRITICAL","message":"down"}',
    {
      data: "down",
      type: "FATAL",
      // A time without a zone is no time of the world.
      metadata: { asctime: "2026-01-02 15:04:05,123", levelname: "CRITICAL" },
    },
  ],
  structlog: [
    '{"event":"ready","level":"info","timestamp":"2026-01-02T15:04:05.123Z"}',
    { timestamp: at, data: "ready", type: "INFO" },
  ],
  Google: [
    '{"severity":"NOTICE","message":"x","logging.googleapis.com/trace":"t","timestamp":"2026-01-02T15:04:05.123Z"}',
    {
      timestamp: at,
      data: "x",
      type: "INFO",
      metadata: { severity: "NOTICE", "logging.googleapis.com/trace": "t" },
    },
  ],
  ECS: [
    '{"@timestamp":"2026-01-02T15:04:05.123Z","log.level":"error","message":"x","trace.id":"t","span.id":"s"}',
    { timestamp: at, data: "x", type: "ERROR", metadata: { trace_id: "t", span_id: "s" } },
  ],
  Serilog: [
    '{"@t":"2026-01-02T15:04:05.123Z","@mt":"x {n}","@l":"Warning","n":1}',
    { timestamp: at, data: "x {n}", type: "WARN", metadata: { n: 1 } },
  ],
  Monolog: [
    '{"message":"x","context":{"a":[]},"level":400,"level_name":"ERROR","channel":"app"}',
    { data: "x", type: "ERROR", metadata: { context: { a: [] }, level: 400, channel: "app" } },
  ],
  MongoDB: [
    '{"t":{"$date":"2026-01-02T15:04:05.123+00:00"},"s":"W","c":"NETWORK","id":1,"ctx":"c","msg":"x"}',
    {
      timestamp: at,
      data: "x",
      type: "WARN",
      metadata: { t: { $date: "2026-01-02T15:04:05.123+00:00" }, c: "NETWORK", id: 1, ctx: "c" },
    },
  ],
  "traces of OpenTelemetry": [
    '{"level":"info","message":"x","traceId":"t","spanId":"s","requestId":"r"}',
    { data: "x", type: "INFO", request_id: "r", metadata: { trace_id: "t", span_id: "s" } },
  ],
};

for (const [name, [line, entry]] of Object.entries(LOGGERS)) {
  test(`a line of a JSON logger is a record: ${name}`, () => assert.deepEqual(entryOf(line), entry));
}

test("numbers that a double cannot hold are kept as their digits", () => {
  assert.deepEqual(
    entryOf('{"level":"info","msg":"x","reqId":12345678901234567890,"n":[0.1234567890123456789]}'),
    {
      data: "x",
      type: "INFO",
      request_id: "12345678901234567890",
      metadata: { n: ["0.1234567890123456789"] },
    },
  );
});

test("an object that is no line of a logger, or would lose something, is none; its level may count all the same", () => {
  const lines: readonly (readonly [line: string, level: string | undefined])[] = [
    ['{"no":"data"}', undefined],
    ['{"message":"alone"}', undefined],
    ['{"level":"info"}', "INFO"],
    ['{"level":"odd","msg":"x"}', undefined],
    ['{"level":30,"msg":{"an":"object"}}', "INFO"],
    ['{"level":50,"msg":"x","a":1,"a":2}', "ERROR"],
    ['{"level":50,"msg":"x","in":{"a":1,"\\u0061":2}}', "ERROR"],
    [`{"level":20,"msg":"x","deep":${"[".repeat(100)}${"]".repeat(100)}}`, "DEBUG"],
  ];
  for (const [line, level] of lines) {
    assert.equal(entryOf(line), undefined, line);
    assert.equal(jsonSeverity(readJsonLine(Buffer.from(line))!.value), level, line);
  }
  for (const line of ["{", '{"level":30,"msg":"x"', "[]", '{"level":30,"msg":"x"} x'])
    assert.equal(entryOf(line), undefined);
});

test("names that JavaScript gives a meaning are members like all others", () => {
  const { metadata } = entryOf('{"level":30,"msg":"x","__proto__":{"a":1},"constructor":2}')!;
  assert.deepEqual(Object.entries(metadata!), [
    ["__proto__", { a: 1 }],
    ["constructor", 2],
  ]);
});

test("whatever the members, all of them are in the record", () => {
  const members = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 8 });
  fc.assert(
    fc.property(members, fc.constantFrom(10, 20, 30, 40, 50, 60), (others, level) => {
      const given = { ...others, level, msg: "text" };
      const { data, type, metadata = {} } = entryOf(JSON.stringify(given))!;
      assert.deepEqual(
        [data, type],
        ["text", ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"][level / 10 - 1]],
      );
      // Of members of such short names, `req` alone is looked into, and is kept.
      const kept = Object.fromEntries(
        Object.entries(given).filter(([name]) => name !== "level" && name !== "msg"),
      );
      const timeless = Object.keys(kept).every((name) => !["time", "ts", "t", "@t", "date"].includes(name));
      if (timeless) assert.equal(JSON.stringify(metadata), JSON.stringify(JSON.parse(JSON.stringify(kept))));
    }),
  );
});
