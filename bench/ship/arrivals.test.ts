import assert from "node:assert/strict";
import { test } from "node:test";
import { Arrivals } from "./arrivals.js";
import { LINE_BYTES_MIN, lineOf } from "./lines.js";

const AT = 1_790_000_000_000;

function put(...events: readonly (readonly [message: string, timestamp: number])[]): Buffer {
  const logEvents = events.map(([message, timestamp]) => ({ timestamp, message }));
  return Buffer.from(JSON.stringify({ logGroupName: "g", logStreamName: "s", logEvents }));
}

function record(writer: string, seq: number, timestamp = AT): readonly [string, number] {
  return [lineOf(seq, timestamp, writer), timestamp];
}

test("records that arrived in order are counted, whichever writer they are of and whatever stands in them", () => {
  for (const lineBytesMin of [0, LINE_BYTES_MIN]) {
    const arrivals = new Arrivals(lineBytesMin);
    const hostile = JSON.stringify({ data: '"},{"timestamp":1,"message":"x"}]}', id: "a-1" }).padEnd(
      LINE_BYTES_MIN,
    );
    const events = arrivals.add(put(record("a", 0), record("second", 0), record("second", 1, AT + 1)));
    arrivals.add(put([hostile.trimEnd(), AT], record("a", 2)));
    assert.equal(events, 3);
    assert.equal(arrivals.tally({ a: 3, second: 2 }).outOfOrder, 0);
    assert.equal(arrivals.tally({ a: 3, second: 2 }).lost, lineBytesMin === 0 ? 0 : 1);
  }
});

test("a record that is missing is lost, and one that came twice is doubled", () => {
  const arrivals = new Arrivals();
  arrivals.add(put(record("a", 0), record("a", 1)));
  arrivals.add(put(record("a", 1), record("a", 3)));
  assert.deepEqual(arrivals.tally({ a: 5, b: 2 }), { distinct: 3, lost: 4, duplicates: 1, outOfOrder: 0 });
});

test("puts may overtake one another, unless they share a millisecond", () => {
  const arrivals = new Arrivals();
  arrivals.add(put(record("a", 1, AT + 1), record("a", 2, AT + 1)));
  arrivals.add(put(record("a", 0, AT)));
  assert.equal(arrivals.tally({ a: 3 }).outOfOrder, 0);
  arrivals.add(put(record("b", 1)));
  arrivals.add(put(record("b", 0)));
  arrivals.add(put(record("c", 1), record("c", 0)));
  arrivals.add(put(record("d", 0, AT + 1), record("d", 1, AT + 2)));
  arrivals.add(put(record("d", 2, AT + 1)));
  assert.equal(arrivals.tally({ a: 3, b: 2, c: 2, d: 3 }).outOfOrder, 3);
});

test("what is no line with an id at its end is not counted", () => {
  const arrivals = new Arrivals();
  const events = arrivals.add(
    put(["hello", AT], [`{"id":"a-0","more":{}}`, AT], [`{"id":"a-x"}`, AT], ["{}", AT]),
  );
  assert.equal(events, 4);
  assert.deepEqual(arrivals.tally({ a: 1 }), { distinct: 0, lost: 1, duplicates: 0, outOfOrder: 0 });
});
