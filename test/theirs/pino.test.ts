/**
 * pino's own documented examples, each run twice: with its own destination, and with ours. What stands in the file there must stand in
 * the records here, by the mapping that docs/from-other-loggers.md states (mapping.ts) but for the differences that it lists.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import pino from "pino";
import { destination } from "../../src/adapters/pino.js";
import { openLogger, type Wire } from "../../src/logger/logger.cases.js";
import { listedDifferences } from "./listed.js";
import { type Expected, recordOf } from "./mapping.js";
import { behaviours } from "./pino/behaviours.js";
import { children } from "./pino/children.js";
import { differences } from "./pino/differences.js";
import type { Example } from "./pino/example.js";
import { messages } from "./pino/messages.js";
import { options } from "./pino/options.js";
import { withShortStacks } from "./short-stacks.js";

/** Both runs take place at this time. */
const NOW = Date.UTC(2026, 4, 6, 7, 8, 9, 123);
/** The clock of the loggers, which has to be taken before it is set. */
const realNow = Date.now;
const METADATA = Symbol.for("pino.metadata");

interface Line {
  readonly text: string;
  readonly level: string;
  readonly number: number;
}

type Metadata = { lastLevel?: number; lastLogger?: { levels: pino.LevelMapping } };

/** The lines in the file of pino's own destination, with the level of each, which pino tells a destination that asks for it. */
async function withTheirs(t: TestContext, { run }: Example): Promise<Line[]> {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-theirs-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const dest = join(dir, "log");
  const to = pino.destination({ dest, sync: true });
  const levels: number[] = [];
  const labels: string[] = [];
  const write = to.write.bind(to);
  const own = Object.assign(to as typeof to & Metadata, { [METADATA]: true });
  own.write = (text: string) => {
    levels.push(own.lastLevel!);
    labels.push(own.lastLogger!.levels.labels[own.lastLevel!]!);
    return write(text);
  };
  await run(to as never);
  to.end();
  return readFileSync(dest, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((text, i) => ({ text, level: labels[i]!, number: levels[i]! }));
}

async function withOurs(t: TestContext, { run }: Example): Promise<Wire[]> {
  const { logger, wires } = openLogger(t, { level: "trace" });
  await run(destination({ logger }) as never);
  return wires();
}

function expectedOf(
  { text, level, number }: Line,
  { messageKey = "msg", timeKey = "time" }: Example,
): Expected {
  const fields = JSON.parse(text);
  return recordOf({ fields, level, levelForms: [level, number], messageKey, timeKey });
}

const examples = [...messages, ...options, ...children];

for (const example of examples) {
  test(`pino: the fields of ${example.source}`, async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: NOW });
    withShortStacks(t);
    const lines = await withTheirs(t, example);
    const start = realNow();
    const records = await withOurs(t, example);
    const end = realNow();
    assert.ok(lines.length > 0);
    assert.equal(records.length, lines.length);
    const shown = new Set<string>();
    for (const [i, line] of lines.entries()) {
      let expected = expectedOf(line, example);
      for (const name of example.differs ?? []) {
        const before = expected;
        expected = differences[name]!(before, line.text);
        if (JSON.stringify(before) !== JSON.stringify(expected)) shown.add(name);
      }
      const { id, service, ...record } = records[i]!;
      assert.equal(service, "svc");
      if (expected.timestamp === undefined) {
        const ms = Date.parse(record.timestamp);
        assert.ok(start <= ms && ms <= end, `${record.timestamp} is not the time of the call: ${line.text}`);
      }
      assert.match(id, /-\d+$/);
      assert.deepEqual(
        { request_id: undefined, metadata: undefined, ...record },
        { ...expected, timestamp: expected.timestamp ?? record.timestamp },
        line.text,
      );
    }
    assert.deepEqual([...shown], example.differs ?? [], "the differences that it shows");
  });
}

for (const [name, shows] of Object.entries(behaviours)) test(`pino: what differs: ${name}`, shows);

test("pino: the differences that are shown are those that docs/from-other-loggers.md lists", () => {
  const shown = new Set([...examples.flatMap(({ differs = [] }) => differs), ...Object.keys(behaviours)]);
  assert.deepEqual([...shown].sort(), listedDifferences("pino").sort());
});
