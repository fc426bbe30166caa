import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { eventText, type LiveStep, stepOf } from "./live-step.js";

const NOTHING = { matched: 0, missed: 0, levels: [] };
const EXACT = '{ "n":12345678901234567890, "b":1e400,"a":"}\\\\","10":1,"2":[{"x":"]\\""}], "a":"\u2028" }';

test("records come out of an event's text as they went in, byte for byte", () => {
  const step = { ...NOTHING, records: [EXACT, "{}", EXACT], matched: 3 };
  assert.deepEqual(stepOf(eventText(step)), step);
});

test("property: an event's text is JSON of the same records, and the step comes back from it", () => {
  const record = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
  const levels = fc.array(fc.tuple(fc.nat(), fc.dictionary(fc.constantFrom("INFO", "A]}"), fc.nat())));
  const step = fc.record(
    {
      records: fc.array(record),
      matched: fc.nat(),
      missed: fc.nat(),
      levels,
      caughtUp: fc.constant(true as const),
      trouble: fc.string(),
    },
    { requiredKeys: ["records", "matched", "missed", "levels"] },
  );
  fc.assert(
    fc.property(step, (given) => {
      const text = eventText(given as LiveStep);
      const { records, ...rest } = JSON.parse(text);
      assert.deepEqual(
        records,
        given.records.map((each) => JSON.parse(each)),
      );
      assert.deepEqual(JSON.parse(JSON.stringify(stepOf(text))), { records: given.records, ...rest });
      assert.ok(!/[\r\n]/.test(text));
    }),
  );
});

test("what is no event's text is none, wherever it was cut", () => {
  const text = eventText({ records: [EXACT], matched: 1, missed: 0, levels: [] });
  for (let end = 0; end < text.length; end++) assert.equal(stepOf(text.slice(0, end)), undefined, `${end}`);
  for (const other of ["null", "[]", '{"error":1}', '{"records":5}', '{"records":[1]}', "<html>"]) {
    assert.equal(stepOf(other), undefined);
  }
});
