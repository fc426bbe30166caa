/**
 * The shipper as a whole against chance: random records of several sources, writers and destinations, answers in random
 * order, random failures. A record is acknowledged when it is delivered or a dead letter and never before, and whatever
 * one shipper leaves the next one delivers, once and in series.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asPart } from "../batch/as-part.cases.js";
import type { Batch, Item, RecordPart } from "../batch/batch.js";
import type { StoredRecord } from "../buffer/buffer.js";
import type { Answer, ReadBack, ReadEvent } from "../sink/sink.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { pause } from "../system/pause.js";
import {
  advanceThrough,
  delivered,
  MemorySource,
  openShipperOn,
  recordOf,
  retry,
  ScriptedSink,
  split,
} from "./shipping.cases.js";

const START_MS = new ManualClock().now();
const DAY_MS = 86_400_000;
const WINDOW = { pastMsMax: DAY_MS, aheadMsMax: DAY_MS };
const MINSTD_MODULUS = 2_147_483_647;
const SERVICES = ["web", "api", "job"];

/** What the sink does with a record whenever it meets it. */
type Fate = "healthy" | "poison" | "refused" | "too-old";

interface Step {
  readonly writer: number;
  readonly service: number;
  readonly sinceLastMs: number;
  readonly bytes: number;
  readonly fate: Fate;
}

const step: fc.Arbitrary<Step> = fc.record({
  writer: fc.nat(2),
  service: fc.nat(SERVICES.length - 1),
  // Mostly the same millisecond: that is where the order of arrival counts.
  sinceLastMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
  bytes: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 80 }) },
    { weight: 1, arbitrary: fc.integer({ min: 900, max: 2000 }) },
  ),
  fate: fc.oneof(
    { weight: 20, arbitrary: fc.constant("healthy" as const) },
    { weight: 1, arbitrary: fc.constantFrom<Fate>("poison", "refused", "too-old") },
  ),
});

const scenes = fc.record({
  sources: fc.array(fc.array(step, { maxLength: 60 }), { minLength: 1, maxLength: 3 }),
  inFlightMax: fc.integer({ min: 1, max: 5 }),
  eventsMax: fc.integer({ min: 1, max: 8 }),
  patient: fc.boolean(),
  verify: fc.boolean(),
  sortsByTimestamp: fc.boolean(),
  abortAfterMs: fc.option(fc.nat(2000), { nil: undefined }),
  seed: fc.integer({ min: 1, max: MINSTD_MODULUS - 1 }),
});

class Scene {
  readonly sources: MemorySource[];
  readonly fates = new Map<string, Fate>();
  /** The events of each destination as they were stored. */
  readonly stored = new Map<string, Item[]>();
  /** Records that became dead letters. */
  readonly dead = new Set<string>();
  /** Records that were stored in a batch whose answer was lost. */
  readonly unanswered = new Set<string>();
  #state: number;

  constructor(
    sources: readonly Step[][],
    seed: number,
    /** Of the destination. */
    readonly sortsByTimestamp: boolean,
  ) {
    this.#state = seed;
    this.sources = sources.map((steps, number) => this.#source(`s${number}`, steps));
  }

  /** MINSTD: from 0 to 1, both excluded, and the same for the same seed. */
  readonly chance = (): number => {
    this.#state = (this.#state * 48_271) % MINSTD_MODULUS;
    return this.#state / MINSTD_MODULUS;
  };

  isSafe(record: StoredRecord): boolean {
    if (this.dead.has(idOf(record))) return true;
    const events = this.events().filter((item) => item.record === record);
    return events.length > 0 && new Set(events.map(({ part }) => part)).size === events[0]!.parts;
  }

  events(): RecordPart[] {
    return [...this.stored.values()].flat().map(asPart);
  }

  /** Answers after a random time; with `failures`, now and then not at all. */
  async answer(batch: Batch, clock: ManualClock, failures: boolean, signal: AbortSignal): Promise<Answer> {
    const luck = this.chance();
    await pause(clock, Math.floor(this.chance() * 300), signal);
    if (signal.aborted || (failures && luck < 0.2)) return retry();
    const fateOf = (item: Item) => this.fates.get(idOf(asPart(item).record))!;
    if (batch.items.some((item) => fateOf(item) === "poison")) return split();
    const { group, stream } = batch.destination;
    const events = this.stored.get(`${group} ${stream}`) ?? [];
    this.stored.set(`${group} ${stream}`, events);
    events.push(...batch.items.filter((item) => fateOf(item) !== "refused"));
    if (failures && this.chance() < 0.15) {
      for (const item of batch.items) this.unanswered.add(idOf(asPart(item).record));
      return retry(this.chance() < 0.5 ? "timeout" : "network");
    }
    return delivered(
      ...batch.items.flatMap((item, index) =>
        fateOf(item) === "refused" ? { index, reason: "expired" as const, detail: "" } : [],
      ),
    );
  }

  /** As a reader sees a stream. Repeated parts are left out. */
  inReadingOrder(events: readonly Item[]): RecordPart[] {
    const seen = new Set<string>();
    return events
      .map(asPart)
      .sort((a, b) => (this.sortsByTimestamp ? a.timestamp - b.timestamp : 0))
      .filter(({ record, part }) => {
        const id = `${idOf(record)} ${part}`;
        return !seen.has(id) && seen.add(id);
      });
  }

  /** What a reader of the destination sees, a page of a few events at a time. */
  readonly #readBack: ReadBack = {
    read: ({ group, stream, fromMs, toMs }) => {
      const events = this.inReadingOrder(this.stored.get(`${group} ${stream}`) ?? [])
        .filter(({ timestamp }) => timestamp >= fromMs && timestamp <= toMs)
        .map((item) => ({ stream: stream!, timestamp: item.timestamp, message: messageOf(item) }));
      return pagesOf(events);
    },
  };

  async ship(options: {
    failures: boolean;
    inFlightMax: number;
    eventsMax: number;
    patient: boolean;
    verify: boolean;
    abortAfterMs?: number | undefined;
  }): Promise<boolean> {
    const { failures, eventsMax, patient, verify, abortAfterMs, inFlightMax } = options;
    const clock = new ManualClock();
    const sink = new ScriptedSink((batch, signal) => this.answer(batch, clock, failures, signal), {
      eventsMax,
      eventBytesMax: 400,
      bytesMax: 1000,
      window: WINDOW,
      sortsByTimestamp: this.sortsByTimestamp,
    });
    sink.readBack = this.#readBack;
    const { shipper, letterBox, abort } = openShipperOn(this.sources.map(remainderOf), sink, {
      clock,
      inFlightMax,
      random: this.chance,
      ...(verify && { verifySettleMs: 500 }),
    });
    const add = letterBox.add.bind(letterBox);
    letterBox.add = async (letters) => {
      if (failures && this.chance() < 0.2) letterBox.error = new Error("no room");
      await add(letters).finally(() => {
        letterBox.error = undefined;
      });
      for (const { record } of letters) this.dead.add(idOf(record));
    };
    if (abortAfterMs !== undefined) clock.after(abortAfterMs, () => abort.abort());
    const done = await advanceThrough(clock, shipper.drain(patient), 50);
    assert.ok(sink.inFlightPeak <= inFlightMax);
    return done;
  }

  #source(name: string, steps: readonly Step[]): MemorySource {
    const seqs = new Map<number, number>();
    let timestamp = START_MS;
    const records = steps.map(({ writer, service, sinceLastMs, bytes, fate }, index) => {
      timestamp += sinceLastMs;
      const seq = seqs.get(writer) ?? 0;
      seqs.set(writer, seq + 1);
      const record = recordOf({
        writer: `${name}w${writer}`,
        seq,
        // Rises, not by one.
        ordinal: index * 2 + (index % 3 === 0 ? 1 : 0),
        timestamp: fate === "too-old" ? START_MS - 2 * DAY_MS : timestamp,
        service: SERVICES[service]!,
        text: `{"data":"${"x".repeat(bytes)}","id":"${name}w${writer}-${seq}"}`,
      });
      this.fates.set(idOf(record), fate);
      return record;
    });
    const source = new MemorySource(name, records);
    source.onAcknowledged = (record) =>
      assert.ok(
        this.isSafe(record),
        `${idOf(record)} is acknowledged and neither delivered nor a dead letter`,
      );
    return source;
  }
}

function idOf({ writer, seq }: StoredRecord): string {
  return `${writer}-${seq}`;
}

/** The same source as the next shipper finds it: read from the beginning, without what is acknowledged. */
function remainderOf(source: MemorySource): MemorySource {
  const remainder = new MemorySource(
    source.name,
    source.records.filter(({ ordinal }) => !source.acknowledged.has(ordinal)),
  );
  remainder.memo = source.memo;
  remainder.onAcknowledged = ({ ordinal }) => source.acknowledge([{ from: ordinal, to: ordinal }]);
  return remainder;
}

/** The line as it is stored; the events here are too short to hold their ids, so these are put around them. */
function messageOf(item: Item): string {
  const { record, part, parts } = asPart(item);
  const id = `"id":"${idOf(record)}"`;
  return parts === 1 ? `{"data":"",${id}}` : `{${id},"part":${part},"parts":${parts},"text":""}`;
}

async function* pagesOf(events: readonly ReadEvent[]): AsyncGenerator<readonly ReadEvent[]> {
  for (let from = 0; from < events.length; from += 3) {
    yield [];
    yield events.slice(from, from + 3);
  }
}

test("every record is acknowledged exactly when it is safe, and stands once and in series in the end", async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async ({ sources, seed, sortsByTimestamp, ...options }) => {
      const scene = new Scene(sources, seed, sortsByTimestamp);
      const done = await scene.ship({ failures: true, ...options });
      const left = scene.sources.flatMap(({ records, acknowledged }) =>
        records.filter(({ ordinal }) => !acknowledged.has(ordinal)),
      );
      assert.ok(!done || left.length === 0, "done is said only when nothing is left");
      for (const record of left) {
        if (scene.unanswered.has(idOf(record))) continue;
        const whole = scene.events().filter((item) => item.record === record && item.parts === 1);
        assert.equal(whole.length, 0, `${idOf(record)} is delivered and not acknowledged`);
      }

      const healthy = { ...options, patient: true, abortAfterMs: undefined };
      assert.equal(await scene.ship({ failures: false, ...healthy }), true);
      for (const { name, records, acknowledged } of scene.sources) {
        assert.equal(acknowledged.size, records.length, name);
        for (const record of records) {
          assert.ok(scene.isSafe(record), idOf(record));
          const isDead = scene.dead.has(idOf(record));
          assert.equal(
            isDead,
            scene.fates.get(idOf(record)) !== "healthy",
            `${idOf(record)} is a dead letter`,
          );
        }
      }
      for (const [stream, events] of scene.stored) {
        const whole = events
          .map(asPart)
          .filter(({ parts }) => parts === 1)
          .map(({ record }) => idOf(record));
        const doubled = whole.filter((id, index) => whole.indexOf(id) !== index);
        const mayBe = (id: string) => !options.verify && scene.unanswered.has(id);
        assert.deepEqual(
          doubled.filter((id) => !mayBe(id)),
          [],
          `doubled in ${stream}`,
        );
        const last = new Map<string, RecordPart>();
        for (const item of scene.inReadingOrder(events)) {
          const before = last.get(item.record.writer);
          const follows =
            before === undefined ||
            before.record.seq < item.record.seq ||
            (before.record === item.record && before.part < item.part);
          assert.ok(
            follows,
            `${idOf(item.record)} stands behind ${before && idOf(before.record)} in ${stream}`,
          );
          last.set(item.record.writer, item);
        }
      }
    }),
    { numRuns: 150 },
  );
});
