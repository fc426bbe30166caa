import assert from "node:assert/strict";
import { test } from "node:test";
import { presentIds } from "./present-ids.js";
import type { ReadBack, ReadQuery } from "./sink.js";

const SIGNAL = new AbortController().signal;
const QUERY: ReadQuery = { group: "app", stream: "web", fromMs: 1, toMs: 9 };

/** A destination that holds these pages; `read` tells how many were asked for. */
function holding(...pages: string[][]) {
  const asked = { pages: 0, query: undefined as ReadQuery | undefined };
  const readBack: ReadBack = {
    async *read(query) {
      asked.query = query;
      for (const messages of pages) {
        asked.pages++;
        yield messages.map((message) => ({ stream: "web", timestamp: 1, message }));
      }
    },
  };
  return { asked, readBack };
}

test("those of the wanted events are named that the destination holds", async () => {
  const pages = [
    ['{"a":1,"id":"w-0"}', "foreign"],
    [],
    ['{"a":1,"id":"w-2"}', '{"id":"w-1","part":2,"parts":3}'],
  ];
  const { asked, readBack } = holding(...pages);
  const wanted = new Set(["w-0", "w-1", "w-1:1/3", "w-1:2/3", "w-3"]);
  assert.deepEqual(await presentIds(readBack, QUERY, wanted, SIGNAL), new Set(["w-0", "w-1:2/3"]));
  assert.deepEqual(asked, { pages: 3, query: QUERY });
});

test("nothing is read that is not needed", async () => {
  const { asked, readBack } = holding(['{"a":1,"id":"w-0"}'], ['{"a":1,"id":"w-1"}']);
  assert.deepEqual(await presentIds(readBack, QUERY, new Set(["w-0"]), SIGNAL), new Set(["w-0"]));
  assert.equal(asked.pages, 1);
  assert.deepEqual(await presentIds(readBack, QUERY, new Set(), SIGNAL), new Set());
  assert.equal(asked.pages, 1);
});
