import assert from "node:assert/strict";
import { test } from "node:test";
import type { Source } from "../buffer/buffer.js";
import { Ledger } from "./ledger.js";
import { MemorySource, seriesOf } from "./shipping.cases.js";

test("writers that come and go are forgotten when nothing of them is on its way", () => {
  const onItsWay = new Set<string>();
  const source: Source = Object.assign(new MemorySource("partition 0", []), {
    acknowledge: () => undefined,
    isSettled: (writer: string) => !onItsWay.has(writer),
  });
  const ledger = new Ledger(() => assert.fail());
  for (let life = 0; life < 1000; life++) {
    const writer = `w${life}`;
    const records = seriesOf(3).map((record) => ({ ...record, writer }));
    onItsWay.add(writer);
    ledger.keepOnly([source]);
    ledger.note(source, records);
    ledger.keepOnly([source]);
    assert.equal(ledger.sourceOf(writer), source);
    ledger.acknowledge(records);
    if (life % 100 !== 0) onItsWay.delete(writer);
    assert.ok(ledger.writers <= onItsWay.size + 1);
  }
  ledger.keepOnly([source]);
  assert.equal(ledger.writers, 10);
  assert.equal(ledger.sourceOf("w900"), source);
});

test("a source that is gone is forgotten with its writers, and no longer stays", () => {
  const [gone, open] = [new MemorySource("gone", []), new MemorySource("open", [])];
  const ledger = new Ledger(() => assert.fail());
  ledger.note(gone, seriesOf(1));
  ledger.allStays([gone]);
  ledger.keepOnly([open]);
  assert.equal(ledger.writers, 0);
  assert.equal(ledger.somethingStays, false);
});
