import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { type BriefLimits, briefOf } from "./brief.js";
import type { FoundLetter } from "./read-letters.js";

function found(data: unknown, detail = "why"): FoundLetter {
  const line = Buffer.from(JSON.stringify({ data }));
  const letter = { at: "2026-01-01T00:00:00.000Z", reason: "invalid", detail, line } as FoundLetter["letter"];
  return { key: "f:0", file: "f", at: 0, bytes: line.length, letter };
}

test("texts are cut to the characters that are wanted, each character as it was", () => {
  const cases: [FoundLetter, BriefLimits, string, string][] = [
    [found("abc"), { dataCharactersMax: 3 }, "abc", "why"],
    [found("abcd"), { dataCharactersMax: 3 }, "abc…", "why"],
    [found("ä\u{1f409}\ud83d\u0000x"), { dataCharactersMax: 5 }, "ä\u{1f409}\ud83d\u0000…", "why"],
    // Cut inside of a pair.
    [found("ä\u{1f409}x"), { dataCharactersMax: 2 }, "ä\ud83d…", "why"],
    [found({ a: 1 }), { dataCharactersMax: 100 }, '{"a":1}', "why"],
    [found("x", "y".repeat(600)), { dataCharactersMax: 3 }, "x", "y".repeat(600)],
    [found("x", "y".repeat(600)), { dataCharactersMax: 3, detailCharactersMax: 500 }, "x", "y".repeat(500)],
  ];
  for (const [letter, limits, data, detail] of cases) {
    const brief = briefOf(letter, limits);
    assert.deepEqual([brief.data, brief.detail], [data, detail]);
  }
});

test("briefs of large letters need no more memory than their own", async () => {
  // Data and details of 120 MB in a heap of 24.
  const code = `
    import(${JSON.stringify(new URL("./brief.js", import.meta.url).href)}).then(({ briefOf }) => {
      const briefs = [];
      for (let n = 0; n < 300; n++) {
        const large = JSON.stringify({ data: "x".repeat(200_000) + n, detail: "y".repeat(200_000) + n });
        const letter = { at: "", reason: "", detail: JSON.parse(large).detail, line: Buffer.from(large) };
        briefs.push(briefOf({ key: "", letter }, { dataCharactersMax: 200, detailCharactersMax: 500 }));
      }
      require("node:worker_threads").parentPort.postMessage(briefs.length);
    });`;
  const worker = new Worker(code, {
    eval: true,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 24 },
  });
  const [briefs] = await once(worker, "message");
  assert.equal(briefs, 300);
});
