import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openLogger } from "../../logger/logger.cases.js";
import { PinoDestination } from "./destination.js";
import { LineFeed } from "./transport.js";

test("lines come out whole, however the text is cut", (t) => {
  const { logger, wires } = openLogger(t);
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 6 }), (messages, cuts) => {
      const feed = new LineFeed(new PinoDestination({ logger }));
      const text = messages.map((msg) => `${JSON.stringify({ level: 30, msg })}\n`).join("");
      const places = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b);
      for (const [i, place] of [0, ...places].entries()) feed.write(text.slice(place, places[i]));
      assert.deepEqual(
        wires().map(({ data }) => data),
        messages,
      );
    }),
  );
});

test("the last line counts without a line break", async (t) => {
  const { logger, wires } = openLogger(t);
  const feed = new LineFeed(new PinoDestination({ logger }));
  feed.write('{"level":30,"msg":"begun');
  const closed = new Promise((resolve) => feed.once("close", resolve));
  feed.write('"}');
  feed.end();
  await closed;
  assert.equal(wires()[0]!.data, "begun");
});
