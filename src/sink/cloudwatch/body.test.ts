import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { batchOf } from "../batch-of.cases.js";
import { BodyWriters, writeBody } from "./body.js";
import { JsonTextWriter } from "./text-writer.js";

interface Put {
  logGroupName: string;
  logStreamName: string;
  logEvents: { timestamp: number; message: string }[];
}

/** Decodes as AWS does: strictly. */
function parse(body: Buffer): Put {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
}

test("the body is the JSON of PutLogEvents, names and messages byte for byte", () => {
  const messages = ['{"a":"b\\n"}', "\\", "\u0000\u001f\u007f", "é🐉\u2028\u2029\ufeff", "plain"];
  const batch = batchOf(
    messages.map((text, index) => ({ text, timestamp: 1_754_000_000_000 + index })),
    { group: '/app/"x"', stream: "s\\1" },
  );
  assert.deepEqual(parse(writeBody(new JsonTextWriter(8), batch)), {
    logGroupName: '/app/"x"',
    logStreamName: "s\\1",
    logEvents: messages.map((message, index) => ({ timestamp: 1_754_000_000_000 + index, message })),
  });
});

test("timestamps are written as JSON writes them, those of neighbours that are the same too", () => {
  const timestamp = fc.oneof(
    fc.integer({ min: 1_754_000_000_000, max: 1_754_000_000_002 }),
    fc.constantFrom(0, -1, 1.5, 8.64e15, -8.64e15, 1e12, 1e13, Number.MIN_VALUE, -Number.MAX_VALUE),
  );
  fc.assert(
    fc.property(fc.array(timestamp, { minLength: 1 }), (timestamps) => {
      const batch = batchOf(timestamps.map((each, index) => ({ text: `"${index}"`, timestamp: each })));
      assert.deepEqual(
        parse(writeBody(new JsonTextWriter(8), batch)).logEvents,
        timestamps.map((each, index) => ({ timestamp: each === 0 ? 0 : each, message: `"${index}"` })),
      );
    }),
  );
});

test("a sequence that is no UTF-8 becomes U+FFFD as in every decoder, and its neighbours stay as they are", () => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 12 }), { minLength: 1 }), (texts) => {
      const all = [Buffer.from("é before"), ...texts, Buffer.from("🐉 behind")];
      const batch = batchOf(all.map((text, index) => ({ text, timestamp: index })));
      const { logEvents } = parse(writeBody(new JsonTextWriter(8), batch));
      assert.deepEqual(
        logEvents.map((event) => event.message),
        all.map((text) => decoder.decode(text)),
      );
    }),
  );
});

test("a writer is kept for the next batch, as many as asked and none that grew out of measure", () => {
  const writers = new BodyWriters(1);
  const [first, second] = [writers.take(), writers.take()];
  writers.give(first);
  writers.give(second);
  assert.equal(writers.take(), first);
  assert.notEqual(writers.take(), second);

  first.raw(Buffer.alloc(8 * 1024 * 1024));
  writers.give(first);
  assert.notEqual(writers.take(), first);
});
