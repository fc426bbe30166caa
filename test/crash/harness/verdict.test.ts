/** The judge of the crash tests sees every way in which a stream can be wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExpectedRecord, expectedRecord } from "./records.js";
import { judge } from "./verdict.js";

const SEED = 3;
const RETURNED = 20;
const START_MS = 1_700_000_000_000;

interface Changes {
  readonly id?: string;
  readonly record?: Partial<ExpectedRecord>;
  readonly lateMs?: number;
}

function eventOf(n: number, { id = `writer-${n}`, record = {}, lateMs = 0 }: Changes = {}) {
  const timestamp = START_MS + n;
  const line = {
    timestamp: new Date(timestamp).toISOString(),
    service: "s",
    ...expectedRecord(n, SEED),
    ...record,
    id,
  };
  return { timestamp: timestamp + lateMs, message: JSON.stringify(line), ingestionTime: timestamp };
}

const whole = Array.from({ length: RETURNED }, (_, n) => eventOf(n));

function faultsOf(events: typeof whole): readonly string[] {
  return judge(events, RETURNED, (n) => expectedRecord(n, SEED)).faults;
}

test("a whole stream has no faults, with or without the call in progress", () => {
  assert.deepEqual(faultsOf(whole), []);
  const { extra, faults } = judge([...whole, eventOf(RETURNED)], RETURNED, (n) => expectedRecord(n, SEED));
  assert.deepEqual({ extra, faults }, { extra: 1, faults: [] });
});

test("each fault is named", () => {
  assert.deepEqual(faultsOf(whole.slice(0, -2)), ["2 lost: 18, 19"]);
  assert.deepEqual(faultsOf(whole.toSpliced(5, 1)), ["1 lost: 5"]);
  assert.deepEqual(faultsOf([...whole, eventOf(4)]), ["1 doubled: 4"]);
  assert.deepEqual(faultsOf([eventOf(1), eventOf(0), ...whole.slice(2)]), ["1 out of order: 0 behind 1"]);
  assert.deepEqual(faultsOf(whole.with(2, eventOf(2, { id: "writer-3" }))), [
    "1 with another id: writer-3 on 2",
  ]);
  assert.match(
    faultsOf(whole.with(2, eventOf(2, { record: { data: "other" } })))[0]!,
    /^1 with another content: 2 /,
  );
  assert.match(
    faultsOf(whole.with(2, eventOf(2, { record: { request_id: "r" } })))[0]!,
    /^1 with another content: 2 /,
  );
  assert.match(faultsOf(whole.with(2, eventOf(2, { lateMs: 1 })))[0]!, /^1 with another time: /);
  assert.deepEqual(faultsOf([...whole, eventOf(20), eventOf(21)]), ["1 never called: 20 21"]);
});

test("where an acknowledgement may have been lost, a double is no fault", () => {
  const events = [...whole, eventOf(4)];
  assert.deepEqual(judge(events, RETURNED, (n) => expectedRecord(n, SEED), "may be doubled").faults, []);
});
