/**
 * What winston catches of a process (README.md "Exceptions", "Rejections") goes to its own file and to ours, with the same fields; and
 * pino's targets in a worker thread (docs/transports.md) write the same lines to its own file and to ours. Real processes, which
 * write to both at once.
 */
import assert from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Application, linesOf, ROOT } from "../integration/application.js";
import { recordOf } from "./mapping.js";

interface Ran {
  readonly code: number | null;
  /** What stands in the other logger's own file. */
  readonly lines: Record<string, unknown>[];
  readonly records: Record<string, unknown>[];
}

async function run(t: TestContext, name: string, program: string): Promise<Ran> {
  const app = new Application(t).link();
  for (const it of ["pino", "winston"]) {
    symlinkSync(join(ROOT, "node_modules", it), join(app.dir, "node_modules", it));
  }
  const path = join(app.dir, name);
  writeFileSync(path, program);
  const { code, stderr } = await app.run(process.execPath, path);
  assert.equal(stderr, "");
  return { code, lines: linesOf(readFileSync(join(app.dir, "own.log"))), records: await app.records() };
}

const WINSTON = `import { createWriteStream } from "node:fs";
import winston from "winston";
import { DragonlogTransport } from "dragonlog/winston";
const { createLogger, format, transports } = winston;
// Unlike \`File\`, which ends with the first exception, it goes on.
const file = createWriteStream("own.log");
const own = (options) => new transports.Stream({ stream: file, ...options });
const ours = (options) => new DragonlogTransport({ service: "shop", ...options });
`;

for (const [source, code, program] of [
  [
    "exceptionHandlers, and exiting",
    1,
    `createLogger({ transports: [], exceptionHandlers: [own(), ours()] });
     setImmediate(() => { throw new TypeError("uncaught") });`,
  ],
  [
    "rejectionHandlers, and exiting",
    1,
    `createLogger({ transports: [], rejectionHandlers: [own(), ours()] });
     setImmediate(() => { Promise.reject(new TypeError("uncaught")) });`,
  ],
  [
    "exceptions.handle() and rejections.handle() later on, without exiting",
    0,
    `const log = createLogger({ transports: [own({ level: "debug" }), ours({ level: "debug" })], exitOnError: false });
     log.exceptions.handle(new transports.File({ filename: "exceptions.log" }));
     log.rejections.handle(new transports.File({ filename: "rejections.log" }));
     setTimeout(() => { throw new TypeError("not for those without handleExceptions") });
     setTimeout(() => { log.info("goes on"); log.exceptions.unhandle(); log.rejections.unhandle(); }, 10);`,
  ],
  [
    "handleExceptions and handleRejections of a transport",
    0,
    `const both = { handleExceptions: true, handleRejections: true };
     const log = createLogger({ transports: [own(both), ours(both)], exitOnError: false });
     setTimeout(() => { throw new TypeError("uncaught") });
     setTimeout(() => { Promise.reject("a text") }, 5);
     setTimeout(() => { log.info("goes on"); log.exceptions.unhandle(); log.rejections.unhandle(); }, 20);`,
  ],
] as const) {
  test(`winston: ${source}`, async (t) => {
    const ran = await run(t, "program.mjs", WINSTON + program);
    assert.equal(ran.code, code);
    assert.ok(ran.lines.length > 0);
    assert.equal(ran.records.length, ran.lines.length);
    for (const [i, fields] of ran.lines.entries()) {
      const { level } = fields as { level: string };
      const made = { fields, level, levelForms: [level], messageKey: "message", timeKey: "timestamp" };
      const { type, data, metadata } = recordOf(made);
      const record = ran.records[i]!;
      assert.deepEqual([record.type, record.data], [type, data]);
      const { error, ...others } = (record.metadata ?? {}) as Record<string, unknown>;
      const { error: emptied, ...theirs } = metadata ?? {};
      assert.deepEqual(others, theirs);
      // "an Error as a value": JSON leaves nothing of it.
      if (typeof emptied === "object") assert.equal((error as { name: string }).name, "TypeError");
      else assert.deepEqual(error, emptied);
    }
  });
}

test("winston: a process whose exception is recorded ends at once, as with a file", async (t) => {
  for (const handled of [
    "transports: [ours({ handleExceptions: true })]",
    "transports: [], exceptionHandlers: [ours()]",
  ]) {
    const app = new Application(t).link();
    symlinkSync(join(ROOT, "node_modules/winston"), join(app.dir, "node_modules/winston"));
    const path = join(app.dir, "program.mjs");
    // winston would wait for three seconds.
    const late = "setTimeout(() => process.exit(7), 2000);";
    writeFileSync(
      path,
      `${WINSTON} createLogger({ ${handled} }); ${late} setImmediate(() => { throw new Error("no") });`,
    );
    assert.equal((await app.run(process.execPath, path)).code, 1);
    assert.match(`${(await app.records())[0]!.data}`, /^uncaughtException: no\n/);
  }
});

test("pino: targets and levels in a worker thread", async (t) => {
  const { code, lines, records } = await run(
    t,
    "program.mjs",
    `import pino from "pino";
     const targets = [
       { level: "info", target: "pino/file", options: { destination: "own.log" } },
       { level: "info", target: "dragonlog/pino", options: { service: "shop" } },
     ];
     const log = pino({ level: "trace", customLevels: { audit: 35 } }, pino.transport({ targets, levels: { audit: 35 } }));
     log.debug("for none");
     log.info({ a: 1 }, "for both");
     log.child({ reqId: "r-1" }).warn(new Error("for both"));
     log.audit("for both");`,
  );
  assert.equal(code, 0);
  assert.equal(lines.length, 3);
  const names: Record<number, string> = { 30: "info", 35: "audit", 40: "warn" };
  for (const [i, fields] of lines.entries()) {
    const level = names[fields.level as number]!;
    const expected = recordOf({
      fields,
      level,
      levelForms: [fields.level],
      messageKey: "msg",
      timeKey: "time",
    });
    const { id, service, ...record } = records[i]!;
    assert.equal(service, "shop");
    assert.deepEqual({ request_id: undefined, metadata: undefined, ...record }, expected);
  }
  assert.equal(records.length, lines.length);
});
