import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { openLogger } from "../../logger/logger.cases.js";
import { takeOver } from "../console.js";

/** With a console that prints into a list. */
function open(t: TestContext, print?: boolean) {
  const { logger, wires } = openLogger(t, { level: "trace" });
  const printed: unknown[][] = [];
  const names = ["trace", "debug", "log", "info", "dir", "dirxml", "warn", "error"] as const;
  const before = names.map((name) => console[name]);
  const originals = names.map((name) => {
    const original = (...args: unknown[]) => void printed.push([name, ...args]);
    console[name] = original;
    return original;
  });
  const taken = takeOver({ logger, ...(print === undefined ? {} : { print }) });
  t.after(() => {
    for (const [i, name] of names.entries()) console[name] = before[i]!;
  });
  return { taken, wires, printed, names, originals };
}

test("each method's arguments are formatted as Node.js does, and printed as before", (t) => {
  const { wires, printed } = open(t);
  console.log("%s is %d", "x", 1, { a: { b: { c: {} } } });
  console.info([1, "a"], new Map([[1, 2]]));
  console.warn();
  console.error(new Error("no"));
  console.debug(null, undefined, Symbol("s"));
  console.dir({ a: 1 }, { depth: 0 });
  const records = wires();
  assert.deepEqual(
    records.map(({ type }) => type),
    ["INFO", "INFO", "WARN", "ERROR", "DEBUG", "INFO"],
  );
  assert.equal(records[0]!.data, "x is 1 { a: { b: { c: {} } } }");
  assert.equal(records[1]!.data, "[ 1, 'a' ] Map(1) { 1 => 2 }");
  assert.equal(records[2]!.data, "");
  assert.match(`${records[3]!.data}`, /^Error: no\n {4}at /);
  assert.deepEqual(
    printed.map(([name]) => name),
    ["log", "info", "warn", "error", "debug", "dir"],
  );
  assert.deepEqual(printed[0]!.slice(1, 4), ["%s is %d", "x", 1]);
});

test("trace says where it was called; table, count and group print by what is recorded", (t) => {
  const { wires } = open(t, false);
  console.trace("here %d", 1);
  console.table([{ a: 1 }]);
  console.count("visits");
  console.assert(false, "wrong");
  const [trace, table, count, wrong] = wires();
  assert.deepEqual([trace!.type, trace!.data], ["TRACE", "here 1"]);
  assert.match(`${trace!.metadata!.stack}`, /^ {4}at .*take-over\.test\.js/);
  assert.match(`${table!.data}`, /│/);
  assert.equal(count!.data, "visits: 1");
  assert.deepEqual([wrong!.type, wrong!.data], ["WARN", "Assertion failed: wrong"]);
});

test("print: false prints nothing", (t) => {
  const { wires, printed } = open(t, false);
  console.log("x");
  assert.equal(wires().length, 1);
  assert.deepEqual(printed, []);
});

test("what is printed while a record is made is printed only, and an argument that throws is said", (t) => {
  const { wires, printed } = open(t);
  console.log({
    [inspect.custom]() {
      console.error("within");
      return "shown";
    },
  });
  console.log({
    [inspect.custom]() {
      throw new Error("no look");
    },
  });
  console.log("after");
  assert.deepEqual(
    wires().map(({ data }) => data),
    ["shown", "[Unprintable: no look]", "after"],
  );
  assert.deepEqual(
    printed.map(([name]) => name),
    ["error", "log", "log", "log"],
  );
});

test("restore gives back what was found, but not what another has taken since", async (t) => {
  const { taken, names, originals, wires } = open(t);
  const later = () => {};
  console.warn = later;
  await taken.restore();
  for (const [i, name] of names.entries()) {
    assert.equal(console[name], name === "warn" ? later : originals[i]);
  }
  console.log("not recorded");
  assert.deepEqual(wires(), []);
});
