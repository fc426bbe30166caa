import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredRecord } from "../buffer/buffer.js";
import { Merge } from "./merge.js";
import { compareRecords } from "./order.js";

const NO_LINE = Buffer.alloc(0);

function record(writer: string, seq: number, timestamp: number): StoredRecord {
  const place = { bytes: NO_LINE, start: 0, end: 0 };
  return { timestamp, writer, seq, ordinal: seq, service: "s", type: "INFO", ...place };
}

function take(merge: Merge<string>): StoredRecord[] {
  const taken: StoredRecord[] = [];
  for (let next = merge.next(); next !== undefined; next = merge.next()) taken.push(next);
  return taken;
}

test("records of two sources come out by timestamp, then writer, then seq", () => {
  const merge = new Merge<string>();
  merge.add("a");
  merge.add("b");
  const [a0, a1, a2] = [record("a", 0, 5), record("a", 1, 7), record("a", 2, 7)];
  const [b0, b1] = [record("b", 0, 6), record("b", 1, 7)];
  merge.offer("b", [b0, b1]);
  merge.offer("a", [a0, a1, a2]);
  merge.end("a");
  merge.end("b");
  assert.deepEqual(take(merge), [a0, b0, a1, a2, b1]);
  assert.equal(merge.hungry.size, 0);
});

test("nothing comes out while an open source has nothing loaded, and the source is named", () => {
  const merge = new Merge<string>();
  merge.add("a");
  merge.add("b");
  merge.offer("a", [record("a", 0, 1), record("a", 1, 9)]);
  assert.equal(merge.next(), undefined);
  assert.deepEqual([...merge.hungry], ["b"]);
  merge.offer("b", []);
  assert.deepEqual([...merge.hungry], ["b"]);
  merge.offer("b", [record("b", 0, 2)]);
  assert.deepEqual(
    take(merge).map(({ timestamp }) => timestamp),
    [1, 2],
  );
  assert.deepEqual([...merge.hungry], ["b"]);
  merge.end("b");
  assert.equal(merge.next()?.timestamp, 9);
  assert.deepEqual([...merge.hungry], ["a"]);
});

test("a source that has ended can be opened again, and what it was offered twice comes in order", () => {
  const merge = new Merge<string>();
  merge.add("a");
  merge.offer("a", [record("a", 0, 1), record("a", 1, 2)]);
  merge.next();
  merge.offer("a", [record("a", 2, 2)]);
  merge.end("a");
  merge.add("a");
  assert.deepEqual(
    take(merge).map(({ seq }) => seq),
    [1, 2],
  );
  assert.deepEqual([...merge.hungry], ["a"]);
  merge.end("a");
  assert.equal(merge.hungry.size, 0);
  assert.throws(() => merge.offer("a", [record("a", 3, 3)]), RangeError);
});

test("a source that was added twice is waited for once", () => {
  const merge = new Merge<string>();
  merge.add("a");
  merge.add("a");
  merge.end("a");
  merge.end("a");
  assert.equal(merge.hungry.size, 0);
  assert.equal(merge.next(), undefined);
});

test("of equal records that of the source which was added first comes first, whoever was read first", () => {
  for (const offered of [
    ["a", "b", "c"],
    ["c", "b", "a"],
    ["b", "c", "a"],
  ]) {
    const merge = new Merge<string>();
    for (const key of ["a", "b", "c"]) merge.add(key);
    for (const key of offered) merge.offer(key, [{ ...record("w", 7, 1), service: key }]);
    for (const key of offered) merge.end(key);
    const order = take(merge).map(({ service }) => service);
    assert.deepEqual(order, ["a", "b", "c"], `offered ${offered.join()}`);
  }
});

/** Some sources, each the records of two writers with small steps of time, forwards only or either way. */
const sourcesOf = (steps: fc.Arbitrary<number>) =>
  fc
    .array(
      fc.array(fc.record({ writer: fc.constantFrom("x", "y"), step: steps, chunkEnds: fc.boolean() }), {
        maxLength: 30,
      }),
      { maxLength: 6 },
    )
    .map((sources) =>
      sources.map((entries, source) => {
        let timestamp = 100;
        const seqs: Record<string, number> = { x: 0, y: 0 };
        const chunks: StoredRecord[][] = [[]];
        for (const { writer, step, chunkEnds } of entries) {
          timestamp += step;
          chunks.at(-1)!.push(record(`${writer}${source}`, seqs[writer]!++, timestamp));
          if (chunkEnds) chunks.push([]);
        }
        return chunks;
      }),
    );

function mergeLazily(sources: StoredRecord[][][]): StoredRecord[] {
  const merge = new Merge<number>();
  const unread = sources.map((chunks) => [...chunks]);
  for (const source of unread.keys()) merge.add(source);
  const series: StoredRecord[] = [];
  for (;;) {
    const next = merge.next();
    if (next !== undefined) series.push(next);
    else if (merge.hungry.size === 0) return series;
    else {
      const [source] = merge.hungry;
      const chunk = unread[source!]!.shift();
      if (chunk === undefined) merge.end(source!);
      else merge.offer(source!, chunk);
    }
  }
}

test("property: ordered sources give what sorting everything gives, however they are chunked", () => {
  fc.assert(
    fc.property(sourcesOf(fc.nat({ max: 2 })), (sources) => {
      const ordered = sources.map((chunks) => chunks.flat().sort(compareRecords));
      const rechunked = sources.map((chunks, index) => {
        const rest = [...ordered[index]!];
        return chunks.map((chunk) => rest.splice(0, chunk.length));
      });
      assert.deepEqual(mergeLazily(rechunked), ordered.flat().sort(compareRecords));
    }),
  );
});

test("property: whatever the timestamps do, every record comes out once and a source keeps its own order", () => {
  fc.assert(
    fc.property(sourcesOf(fc.integer({ min: -3, max: 3 })), (sources) => {
      const series = mergeLazily(sources);
      assert.equal(series.length, sources.flat(2).length);
      for (const [index, chunks] of sources.entries()) {
        const own = series.filter(({ writer }) => writer.endsWith(String(index)));
        assert.deepEqual(own, chunks.flat());
      }
    }),
  );
});
