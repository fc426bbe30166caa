import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recordOf } from "../batch/batch.js";
import { splitRecord } from "../batch/parts.js";
import { eventIdOf, idAtEnd, lineIdOf } from "../record/line-id.js";
import { batchOf } from "./batch-of.cases.js";

const whole = (writer: string, seq: number) => ({ writer, seq, part: 1, parts: 1 });

test("the id of a whole line is the one at its end, whatever stands before it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (data, seq) => {
      const line = JSON.stringify({ timestamp: "2026", service: "a", data, id: `w-${seq}` });
      assert.deepEqual(lineIdOf(line), whole("w", seq));
    }),
  );
});

test("an id inside the line, in text or in an object, is not taken for the line's own", () => {
  const hostile = ['{"x":1,"id":"evil-1"}', ',"id":"evil-1', ',"id":"evil-1"}', '"part":2,"parts":3'];
  for (const text of hostile) {
    assert.deepEqual(lineIdOf(JSON.stringify({ data: text, id: "w-7" })), whole("w", 7));
    assert.equal(lineIdOf(JSON.stringify({ a: 1, data: text })), undefined);
    assert.equal(lineIdOf(JSON.stringify({ a: 1, data: { x: 1, id: "evil-1" } })), undefined);
  }
});

test("an id that is not at the end counts too", () => {
  assert.deepEqual(lineIdOf('{"id":"w-7"}'), whole("w", 7));
  assert.deepEqual(lineIdOf('{"id":"w-7","more":1}'), whole("w", 7));
  assert.deepEqual(lineIdOf('{"a":1,"id":"a-b-7"}'), whole("a-b", 7));
});

test("parts carry their record's id and their number", () => {
  const text = JSON.stringify({ data: 'é\\,"id":"evil-1"}'.repeat(200), id: "w-0" });
  const parts = splitRecord(recordOf(batchOf([{ text, timestamp: 1 }]).items[0]!), 512);
  assert.ok(parts.length > 3);
  parts.forEach(({ bytes, start, end }, index) => {
    const id = lineIdOf(bytes.toString("utf8", start, end));
    assert.deepEqual(id, { writer: "w", seq: 0, part: index + 1, parts: parts.length });
  });
});

test("a part that holds no quote is known by its id, and not by how its text ends", () => {
  for (const text of ["plain", "x-12"]) {
    const line = JSON.stringify({ a: 1, id: "w-7", part: 2, parts: 3, text });
    assert.deepEqual(lineIdOf(line), { writer: "w", seq: 7, part: 2, parts: 3 });
  }
});

test("what is no whole line with a legal id has none", () => {
  const lines = ["", "text", "{", '{"a":1,"id":"w-7"', 'a":1,"id":"w-7"}', '["id","w-7"]', '"id":"w-7"'];
  const ids = ["w", "w-", "-7", "w-07", "w-7x", "w--", "w-9007199254740992", "w-1e3"];
  for (const line of [...lines, ...ids.map((id) => `{"a":1,"id":"${id}"}`)]) {
    assert.equal(lineIdOf(line), undefined, line);
  }
  for (const parts of [
    '"part":0,"parts":3',
    '"part":4,"parts":3',
    '"part":"1","parts":3',
    '"part":1.5,"parts":3',
  ])
    assert.equal(lineIdOf(`{"id":"w-7",${parts}}`), undefined, parts);
});

test("different events have different texts", () => {
  const ids = [whole("w", 7), { ...whole("w", 7), parts: 3 }, { writer: "w", seq: 7, part: 2, parts: 3 }];
  assert.deepEqual(ids.map(eventIdOf), ["w-7", "w-7:1/3", "w-7:2/3"]);
});

test("the id at the end of a line is found without reading the rest, and nothing else is taken for one", () => {
  const long = "x".repeat(1_000_000);
  for (const [line, id] of [
    [`{"data":"${long}","id":"w-7"}`, "w-7"],
    [`{"data":"${long}"}`, undefined],
    ['{"data":"\\",\\"id\\":\\"w-7\\"}"}', undefined],
    ['{"metadata":{"a":1,"id":"w-7"}}', undefined],
    ["", undefined],
  ] as const) {
    assert.equal(idAtEnd(Buffer.from(line)), id, line.slice(-40));
  }
});
