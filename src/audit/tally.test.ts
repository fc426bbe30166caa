import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ReadEvent } from "../sink/sink.js";
import { SeqSet } from "./seq-set.js";
import { Tally } from "./tally.js";
import { type Known, NOTHING_KNOWN, verdictOn } from "./verdict.js";

const A = "aaaaaaaaaaaa";
const B = "bbbbbbbbbbb2";

interface Event {
  readonly writer: string;
  readonly seq: number;
  readonly part: number;
  readonly parts: number;
}

function eventOf({ writer, seq, part, parts }: Event, timestamp = 1000, stream = "web"): ReadEvent {
  const id = `${writer}-${seq}`;
  const message = JSON.stringify(parts === 1 ? { data: 1, id } : { id, part, parts, text: "…" });
  return { stream, timestamp, message };
}

const record = (writer: string, seq: number): Event => ({ writer, seq, part: 1, parts: 1 });

function verdictOf(events: readonly ReadEvent[], writer = A, known: Partial<Known> = {}) {
  const tally = new Tally();
  tally.add(events);
  const drops = tally.drops.get(writer) ?? [];
  return verdictOn(writer, tally.writers.get(writer)!, { ...NOTHING_KNOWN, drops, ...known });
}

/** Every third record comes in parts. */
function eventsOf(writer: string, count: number): Event[] {
  return Array.from({ length: count }, (_, seq) => seq).flatMap((seq) =>
    seq % 3 === 2 ? [1, 2, 3].map((part) => ({ writer, seq, part, parts: 3 })) : [record(writer, seq)],
  );
}

/** The same figures, found in the plainest way. */
function naive(events: readonly Event[], writer: string) {
  const own = events.filter((event) => event.writer === writer);
  const key = ({ seq, part }: Event) => seq * 10 + part;
  const keys = new Set(own.map(key));
  const last = Math.max(...own.map(({ seq }) => seq));
  const isWhole = (seq: number) =>
    (seq % 3 === 2 ? [1, 2, 3] : [1]).every((part) => keys.has(key({ writer, seq, part, parts: 0 })));
  const seqs = Array.from({ length: last + 1 }, (_, seq) => seq);
  const missing = seqs.filter((seq) => !isWhole(seq));
  let highest = -1;
  let outOfOrder = 0;
  const seen = new Set<number>();
  for (const event of own) {
    if (seen.has(key(event))) continue;
    seen.add(key(event));
    if (key(event) < highest) outOfOrder++;
    highest = Math.max(highest, key(event));
  }
  return {
    found: last + 1 - missing.length,
    missing: missing.length,
    incomplete: missing.filter((seq) => own.some((event) => event.seq === seq)).length,
    doubled: own.length - keys.size,
    outOfOrder,
  };
}

test("any subset, shuffled and doubled, of several writers, is counted as by hand", () => {
  const all = [...eventsOf(A, 40), ...eventsOf(B, 25)];
  const some = fc
    .tuple(fc.shuffledSubarray(all, { minLength: 1 }), fc.subarray(all), fc.boolean())
    .map(([first, more, sorted]) =>
      sorted ? [...first, ...more].sort((a, b) => a.seq - b.seq) : [...first, ...more],
    );
  fc.assert(
    fc.property(some, (events) => {
      for (const writer of new Set(events.map((event) => event.writer))) {
        const verdict = verdictOf(
          events.map((event) => eventOf(event)),
          writer,
        );
        const { found, missing, incomplete, doubled, outOfOrder } = verdict;
        assert.deepEqual({ found, missing, incomplete, doubled, outOfOrder }, naive(events, writer));
      }
    }),
  );
});

test("order is a matter of one stream", () => {
  const streams = [5, 6, 7, 0, 1, 2, 3, 4].map((seq) => eventOf(record(A, seq), 1000, seq > 4 ? "x" : "y"));
  assert.deepEqual([verdictOf(streams).outOfOrder, verdictOf(streams).missing], [0, 0]);
});

test("what an application gave an earlier time stands where it belongs", () => {
  const given = [eventOf(record(A, 2), 10), eventOf(record(A, 0), 1000), eventOf(record(A, 1), 1000)];
  assert.equal(verdictOf(given).outOfOrder, 0);
  const wrong = [eventOf(record(A, 1), 1000), eventOf(record(A, 0), 1000), eventOf(record(A, 2), 1000)];
  assert.equal(verdictOf(wrong).outOfOrder, 1);
});

test("a record in parts counts when it is whole, whichever way it was cut", () => {
  const part = (number: number, parts: number) => eventOf({ writer: A, seq: 0, part: number, parts });
  const cutTwice = [part(1, 2), part(1, 3), part(2, 3)];
  assert.deepEqual(
    [verdictOf(cutTwice).found, verdictOf(cutTwice).missing, verdictOf(cutTwice).incomplete],
    [0, 1, 1],
  );
  const whole = verdictOf([...cutTwice, part(3, 3), part(2, 2)]);
  assert.deepEqual([whole.found, whole.missing, whole.incomplete, whole.doubled], [1, 0, 0, 1]);
});

test("the first of the missing are named as ranges", () => {
  const present = [0, 3, 4, 6];
  assert.deepEqual(verdictOf(present.map((seq) => eventOf(record(A, seq)))).missingFirst, [
    [1, 2],
    [5, 5],
  ]);
  const everySecond = Array.from({ length: 40 }, (_, index) => eventOf(record(A, 2 * index)));
  const { missing, missingFirst } = verdictOf(everySecond);
  assert.deepEqual([missing, missingFirst.length], [39, 10]);
});

test("a writer that began before the window lacks nothing at its beginning", () => {
  const events = [100, 101, 103].map((seq) => eventOf(record(A, seq)));
  const within = verdictOf(events, A, { beganBefore: false });
  assert.deepEqual([within.missing, within.before, within.missingFirst[0]], [101, 0, [0, 99]]);
  const before = verdictOf(events, A, { beganBefore: true });
  assert.deepEqual([before.missing, before.before, before.missingFirst], [1, 100, [[102, 102]]]);
});

test("holes are told from losses by what is known of them, each counted once", () => {
  const dead = new SeqSet();
  for (const seq of [2, 6]) dead.add(seq);
  const waiting = [
    { from: 5, to: 6 },
    { from: 12, to: Number.POSITIVE_INFINITY },
  ];
  const drops = [
    { records: 98, seqs: { from: 8, to: 8 } },
    { records: 1, seqs: { from: 6, to: 7 } },
    { records: 7, seqs: undefined },
  ];
  const verdict = verdictOf(
    [0, 10, 14].map((seq) => eventOf(record(A, seq))),
    A,
    { waiting, dead, drops },
  );
  assert.equal(verdict.waiting, 4); // 5, 6, 12, 13
  assert.equal(verdict.dead, 1); // 2
  assert.equal(verdict.dropped, 2); // 7, 8
  assert.equal(verdict.dropsReported, 106);
  assert.deepEqual(verdict.missingFirst, [
    [1, 1],
    [3, 4],
    [9, 9],
    [11, 11],
  ]);
  assert.equal(verdict.missing, 5);
});

test("a writer's own report tells which seqs it dropped; a text that only looks like one does not", () => {
  const report = (data: string, metadata: object) =>
    ({
      stream: "web",
      timestamp: 1,
      message: JSON.stringify({ data, type: "WARN", metadata, id: `${A}-5` }),
    }) satisfies ReadEvent;
  const seqs = [0, 4];
  const told = report("1,204 records dropped: journal full", { dropped: 1204, cause: "journal full", seqs });
  const { missing, dropped, dropsReported } = verdictOf([told, told]);
  assert.deepEqual({ missing, dropped, dropsReported }, { missing: 0, dropped: 5, dropsReported: 1204 });
  const early = report("3 records dropped: journal full", { dropped: 3, cause: "journal full" });
  assert.deepEqual([verdictOf([early]).missing, verdictOf([early]).dropsReported], [5, 3]);
  for (const other of [
    report("tables dropped: 4", { dropped: 4, seqs }),
    report("3 records dropped: why", { dropped: "3", seqs }),
  ]) {
    assert.deepEqual([verdictOf([other]).missing, verdictOf([other]).dropsReported], [5, 0]);
  }
});

test("lines of other programs are foreign, whatever ids they carry", () => {
  const tally = new Tally();
  const ids = [
    "550e8400-e29b-41d4-a716-446655440000",
    "order-12",
    "w-1",
    "AAAAAAAAAAAA-3",
    "aaaaaaaaaaaaa-1",
  ];
  const messages = [...ids.map((id) => JSON.stringify({ data: 1, id })), "plain", `{"data":1,"id":"${A}-1`];
  tally.add(messages.map((message) => ({ stream: "web", timestamp: 1, message })));
  assert.deepEqual([tally.foreign, tally.events, tally.writers.size], [messages.length, messages.length, 0]);
});

test("a second look finds what was missing, and doubles nothing", () => {
  const tally = new Tally();
  tally.add([1, 3, 7].map((seq) => eventOf(record(A, seq))));
  const again = [0, 1, 2, 3, 7, 8, 99].map((seq) => eventOf(record(A, seq), 1000, "other"));
  tally.fill([
    ...again,
    eventOf(record(B, 0)),
    ...[1, 2, 3].map((part) => eventOf({ writer: A, seq: 5, part, parts: 3 })),
  ]);
  const verdict = verdictOn(A, tally.writers.get(A)!, NOTHING_KNOWN);
  const { first, last, found, missing, missingFirst, doubled, outOfOrder, foundLater, incomplete } = verdict;
  assert.deepEqual({ first, last, found, foundLater }, { first: 0, last: 7, found: 6, foundLater: 3 });
  assert.deepEqual(
    { missing, doubled, outOfOrder, incomplete },
    { missing: 2, doubled: 0, outOfOrder: 0, incomplete: 0 },
  );
  assert.deepEqual(missingFirst, [
    [4, 4],
    [6, 6],
  ]);
  assert.equal(tally.writers.size, 1);
});

test("a million records, a tenth of them missing and the rest out of order, take some hundred KiB", () => {
  const tally = new Tally();
  const count = 1_000_000;
  for (let block = 0; block < count; block += 1000) {
    const events: ReadEvent[] = [];
    for (let seq = block + 999; seq >= block; seq--) {
      if (seq % 10 !== 5)
        events.push({ stream: "web", timestamp: seq, message: `{"data":1,"id":"${A}-${seq}"}` });
    }
    tally.add(events);
  }
  const writer = tally.writers.get(A)!;
  assert.ok(writer.found.pages <= count / 8192 + 1, `${writer.found.pages} KiB`);
  const { found, missing } = verdictOn(A, writer, NOTHING_KNOWN);
  assert.deepEqual([found, missing], [900_000, 100_000]);
});
