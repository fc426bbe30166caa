/** pino's documented options, through our destination: each member of the line that pino wrote stands in the record. */
import assert from "node:assert/strict";
import { type EventEmitter, once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type LoggerOptions, multistream, pino, stdSerializers, stdTimeFunctions } from "pino";
import { withContext } from "../../context/with-context.js";
import { openLogger, type Wire } from "../../logger/logger.cases.js";
import { destination } from "../pino.js";
import type { PinoDestination } from "./destination.js";

interface Written {
  readonly line: Record<string, unknown>;
  readonly wire: Wire;
}

function open(t: TestContext, options: Partial<Parameters<typeof openLogger>[1]> = {}) {
  const { logger, wires } = openLogger(t, { level: "trace", ...options });
  const into = destination({ logger });
  const lines: string[] = [];
  const write = into.write.bind(into);
  into.write = (line) => {
    lines.push(line);
    return write(line);
  };
  const written = (): Written[] =>
    wires().map((wire, i) => ({ wire, line: JSON.parse(lines[i]!) as Record<string, unknown> }));
  return { into, written };
}

/** Says of each member of the line where it stands in the record. */
function assertKept(
  { line, wire }: Written,
  type: string,
  names: { msg?: string; time?: string } = {},
): void {
  const { msg = "msg", time = "time" } = names;
  assert.equal(wire.type, type);
  const members = msg in line ? (wire.metadata ?? {}) : (wire.data as Record<string, unknown>);
  for (const [name, value] of Object.entries(line)) {
    if (name === msg) assert.deepEqual(wire.data, value);
    else if (name in members) assert.deepEqual(members[name], value, name);
    else if (name === "level") assert.ok(value === type.toLowerCase() || typeof value === "number");
    else if (name === time) assert.equal(Date.parse(wire.timestamp), new Date(value as string).getTime());
    else assert.deepEqual(wire.request_id, value, name);
  }
}

const request = Object.assign(new IncomingMessage(new Socket()), { method: "GET", url: "/orders/7" });

const CASES: readonly [string, LoggerOptions, (log: pino.Logger) => void, string, object?][] = [
  ["no options", {}, (log) => log.info("text"), "INFO"],
  [
    "an object and a text with values",
    {},
    (log) => log.warn({ a: { b: [1] } }, "%s %d %j", "x", 2, {}),
    "WARN",
  ],
  ["an object alone", {}, (log) => log.info({ a: 1 }), "INFO"],
  ["an object that brings msg itself", {}, (log) => log.info({ msg: "own", a: 1 }), "INFO"],
  ["an Error", {}, (log) => log.error(new TypeError("no", { cause: new Error("why") })), "ERROR"],
  ["an Error among others", {}, (log) => log.error({ err: new Error("no"), a: 1 }, "failed"), "ERROR"],
  ["name and base", { name: "app", base: { region: "eu" } }, (log) => log.info("x"), "INFO"],
  ["base: undefined", { base: undefined } as never, (log) => log.info("x"), "INFO"],
  ["child bindings", {}, (log) => log.child({ a: 1 }).child({ a: 2, b: 3 }).info({ b: 4 }, "x"), "INFO"],
  ["reqId of a child", {}, (log) => log.child({ reqId: "r-1" }).info("x"), "INFO"],
  ["msgPrefix", { msgPrefix: "[http] " }, (log) => log.info("x"), "INFO"],
  [
    "messageKey",
    { messageKey: "message" },
    (log) => log.info({ msg: "member" }, "x"),
    "INFO",
    { msg: "message" },
  ],
  ["errorKey", { errorKey: "error" }, (log) => log.error(new Error("no")), "ERROR"],
  ["nestedKey", { nestedKey: "payload" }, (log) => log.info({ level: "hi", time: "never" }, "x"), "INFO"],
  [
    "customLevels",
    { customLevels: { audit: 35 } },
    (log) => (log as unknown as pino.Logger<"audit">).audit("x"),
    "AUDIT",
  ],
  [
    "useOnlyCustomLevels",
    { customLevels: { note: 7 }, useOnlyCustomLevels: true, level: "note" } as never,
    (log) => (log as unknown as pino.Logger<"note">).note("x"),
    "NOTE",
  ],
  ["level trace", { level: "trace" }, (log) => log.trace("x"), "TRACE"],
  ["fatal, which flushes", {}, (log) => log.fatal("x"), "FATAL"],
  [
    "a label for the level",
    { formatters: { level: (level) => ({ level }) } },
    (log) => log.info("x"),
    "INFO",
  ],
  [
    "another name for the level",
    { formatters: { level: (severity, number) => ({ severity, number }) } },
    (log) => log.warn("x"),
    "WARN",
  ],
  [
    "formatters.bindings",
    { formatters: { bindings: ({ pid }) => ({ process: pid }) } },
    (log) => log.info("x"),
    "INFO",
  ],
  [
    "formatters.log",
    { formatters: { log: (o) => ({ ...o, more: true }) } },
    (log) => log.info({ a: 1 }, "x"),
    "INFO",
  ],
  [
    "redact",
    { redact: ["password", "user.card"] },
    (log) => log.info({ password: "p", user: { card: 1 } }, "x"),
    "INFO",
  ],
  [
    "serializers",
    { serializers: stdSerializers },
    (log) => log.info({ req: request, res: new ServerResponse(request) }, "x"),
    "INFO",
  ],
  ["mixin", { mixin: (_, level) => ({ mixed: level }) }, (log) => log.info("x"), "INFO"],
  ["timestamp: false", { timestamp: false }, (log) => log.info("x"), "INFO"],
  ["isoTime", { timestamp: stdTimeFunctions.isoTime }, (log) => log.info("x"), "INFO"],
  ["unixTime", { timestamp: stdTimeFunctions.unixTime }, (log) => log.info("x"), "INFO"],
  ["isoTimeNano", { timestamp: stdTimeFunctions.isoTimeNano }, (log) => log.info("x"), "INFO"],
  [
    "a time under another name",
    { timestamp: () => `,"at":"${new Date(0).toISOString()}"` },
    (log) => log.info("x"),
    "INFO",
  ],
  ["crlf", { crlf: true }, (log) => log.info("x"), "INFO"],
  [
    "hooks.streamWrite",
    { hooks: { streamWrite: (line) => line.replace("secret", "*") } },
    (log) => log.info("a secret"),
    "INFO",
  ],
  [
    "hooks.logMethod",
    {
      hooks: {
        logMethod(args, method) {
          method.apply(this, [`${args[0]}!`]);
        },
      },
    },
    (log) => log.info("x"),
    "INFO",
  ],
];

for (const [what, options, call, type, names] of CASES) {
  test(`pino's fields are kept: ${what}`, (t) => {
    const { into, written } = open(t);
    call(pino(options, into) as pino.Logger);
    const [record, ...others] = written();
    assert.deepEqual(others, []);
    assertKept(record!, type, names);
  });
}

test("children with levels of their own, and several loggers with one destination, have their types", (t) => {
  const { into, written } = open(t);
  const log = pino({ customLevels: { audit: 35 } }, into);
  pino({}, into).info("x");
  log.child({}, { customLevels: { note: 45 } }).note("x");
  log.audit("x");
  into.write('{"level":35,"msg":"by hand"}\n');
  assert.deepEqual(
    written().map(({ wire }) => wire.type),
    ["INFO", "NOTE", "AUDIT", "INFO"],
  );
});

test("a multistream gives each line to ours, with its level", (t) => {
  const { into, written } = open(t);
  const log = pino({ customLevels: { audit: 35 } }, multistream([{ level: "warn", stream: into }]));
  log.info("not for it");
  log.warn("x");
  const [record, ...others] = written();
  assert.deepEqual(others, []);
  assertKept(record!, "WARN");
});

test("a record gets the time that pino took, and one of earlier keeps its own", (t) => {
  const { into, written } = open(t);
  const past = Date.now() - 13 * 86_400_000;
  let clock = Date.now() - 50;
  const log = pino({ timestamp: () => `,"time":${clock}` }, into);
  log.info("x");
  clock -= 20;
  log.info("the clock was set back");
  clock = past;
  log.info("x");
  const [first, held, old] = written().map(({ wire }) => Date.parse(wire.timestamp));
  assert.equal(held, first);
  assert.equal(old, past);
});

test("records within a context get its request id and its members, and pino's own count", (t) => {
  const { into, written } = open(t);
  const log = pino({}, into);
  withContext({ request_id: "r-1" }, () => log.info({ a: 1 }, "x"));
  withContext({ request_id: "r-1", a: 0, tenant: "t" }, () => log.info({ a: 1, reqId: "r-2" }, "x"));
  const [plain, more] = written().map(({ wire }) => wire);
  assert.equal(plain!.request_id, "r-1");
  assert.equal(more!.request_id, "r-2");
  assert.deepEqual([more!.metadata!.a, more!.metadata!.tenant], [1, "t"]);
});

test("what the logger redacts is redacted in pino's lines, too", (t) => {
  const { into, written } = open(t, { redact: ["metadata.password"] } as never);
  pino({}, into).info({ password: "hunter2", a: 1 }, "x");
  assert.doesNotMatch(JSON.stringify(written()[0]!.wire), /hunter2/);
});

test("what is no line is recorded, and no write throws", (t) => {
  const { logger, wires } = openLogger(t);
  const into = destination({ logger });
  for (const value of [Symbol("s"), Object.create(null), Buffer.from('{"level":40,"msg":"bytes"}\n')]) {
    into.write(value as never);
  }
  assert.deepEqual(
    wires().map(({ data, type }) => [data, type]),
    [
      ["Symbol(s)", "INFO"],
      [{}, "INFO"],
      ["bytes", "WARN"],
    ],
  );
});

test("flush and end call back when all is safe; a logger that was given stays open", async (t) => {
  const { into, written } = open(t);
  const log = pino({}, into as PinoDestination);
  log.info("x");
  await new Promise<void>((resolve, reject) => log.flush((error) => (error ? reject(error) : resolve())));
  const closed = new Promise((resolve) => into.once("close", resolve));
  into.end();
  await closed;
  log.info("y");
  assert.equal(written().length, 2);
});

test("it can be waited for as for pino's own: until it is open, and until it has ended", async (t) => {
  const told = async (to: EventEmitter & { end(): void }): Promise<string[]> => {
    const events: string[] = [];
    for (const event of ["ready", "finish", "close"]) to.on(event, () => events.push(event));
    await once(to, "ready");
    pino(to as never).info("x");
    to.end();
    await once(to, "close");
    return events;
  };
  const theirs = await told(pino.destination({ dest: "/dev/null", sync: true }));
  assert.deepEqual(await told(open(t).into), theirs);
});

test("options that make no sense are refused by name", (t) => {
  const { logger } = openLogger(t);
  for (const [options, message] of [
    [{ logger, service: "x" }, /service of destination\(\)/],
    [{ logger: {} }, /logger of destination\(\)/],
    [{ logger, requestId: 7 }, /requestId of destination\(\)/],
    [{ service: "x", levle: "info" }, /levle/],
    [undefined, /the argument of destination\(\)/],
  ] as const) {
    assert.throws(() => destination(options as never), message);
  }
});
