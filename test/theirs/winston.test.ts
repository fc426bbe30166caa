/**
 * winston's own documented examples, each run twice: with a transport as its documentation has them, and with ours. What winston's
 * formats made of a call there must stand in the records here, by the mapping that docs/from-other-loggers.md states (mapping.ts) but
 * for the differences that it lists.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type winston from "winston";
import { DragonlogTransport } from "../../src/adapters/winston.js";
import { openLogger, type Wire } from "../../src/logger/logger.cases.js";
import { listedDifferences } from "./listed.js";
import { type Expected, recordOf } from "./mapping.js";
import { withShortStacks } from "./short-stacks.js";
import { behaviours } from "./winston/behaviours.js";
import { differences, type Info } from "./winston/differences.js";
import { type Example, Transport } from "./winston/example.js";
import { formats } from "./winston/formats.js";
import { loggers } from "./winston/loggers.js";

/** Both runs take place at this time. */
const NOW = Date.UTC(2026, 4, 6, 7, 8, 9, 123);
/** The clock of the loggers, which has to be taken before it is set. */
const realNow = Date.now;
const LEVEL = Symbol.for("level");
const MESSAGE = Symbol.for("message");

/** A transport that keeps what it is given. */
function capture(infos: Info[], options: object | undefined): winston.transport {
  return new Transport({
    ...options,
    log(info: Record<PropertyKey, unknown>, next: () => void) {
      const { [LEVEL]: level, [MESSAGE]: text } = info;
      infos.push({ level: `${level}`, text: text as string | undefined, info: { ...info } });
      next();
    },
  });
}

async function withTheirs({ run }: Example): Promise<Info[]> {
  const infos: Info[] = [];
  await run((options) => capture(infos, options));
  await new Promise((resolve) => setImmediate(resolve));
  return infos;
}

async function withOurs(t: TestContext, { run }: Example): Promise<Wire[]> {
  const { logger, wires } = openLogger(t, { level: "trace" });
  await run((options) => new DragonlogTransport({ ...options, logger } as never) as never);
  return wires();
}

/** Where a format has made JSON of it, as `File`, `Stream` and `Console` write it, that counts; else the object does. */
function expectedOf({ level, text, info }: Info): Expected {
  const fields = jsonOf(text) ?? JSON.parse(JSON.stringify(info));
  return recordOf({ fields, level, levelForms: [level], messageKey: "message", timeKey: "timestamp" });
}

function jsonOf(text: string | undefined): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text!);
  } catch {
    return undefined;
  }
}

const examples = [...formats, ...loggers];

for (const example of examples) {
  test(`winston: the fields of ${example.source}`, async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: NOW });
    withShortStacks(t);
    const infos = await withTheirs(example);
    const start = realNow();
    const records = await withOurs(t, example);
    const end = realNow();
    assert.ok(infos.length > 0);
    assert.equal(records.length, infos.length);
    const shown = new Set<string>();
    for (const [i, info] of infos.entries()) {
      let expected = expectedOf(info);
      for (const name of example.differs ?? []) {
        const before = expected;
        expected = differences[name]!(before, info);
        if (JSON.stringify(before) !== JSON.stringify(expected)) shown.add(name);
      }
      const { id, service, ...record } = records[i]!;
      assert.equal(service, "svc");
      assert.match(id, /-\d+$/);
      if (expected.timestamp === undefined) {
        const ms = Date.parse(record.timestamp);
        assert.ok(start <= ms && ms <= end, `${record.timestamp} is not the time of the call`);
      }
      assert.deepEqual(
        { request_id: undefined, metadata: undefined, ...record },
        { ...expected, timestamp: expected.timestamp ?? record.timestamp },
        info.text,
      );
    }
    assert.deepEqual([...shown].sort(), [...(example.differs ?? [])].sort(), "the differences that it shows");
  });
}

for (const [name, shows] of Object.entries(behaviours)) test(`winston: what differs: ${name}`, shows);

test("winston: the differences that are shown are those that docs/from-other-loggers.md lists", () => {
  const shown = new Set([...examples.flatMap(({ differs = [] }) => differs), ...Object.keys(behaviours)]);
  assert.deepEqual([...shown].sort(), listedDifferences("winston").sort());
});
