/** What may happen, as data that fast-check draws and shrinks. */
import fc from "fast-check";
import type { End } from "./world/life.js";
import { type Phase, WEATHERS } from "./world/weather.js";

/** `large` ones become parts; `earlier` and `later` ones bring a timestamp of their caller's. */
export type Kind =
  | "plain"
  | "large"
  | "poison"
  | "rejected"
  | "large poison"
  | "large rejected"
  | "earlier"
  | "later";

export interface Burst {
  readonly pauseMs: number;
  /** Between two records; 0 for all in one millisecond. */
  readonly spreadMs: number;
  readonly kinds: readonly Kind[];
  /** The process is killed after the burst; another one goes on under a new writer id. */
  readonly dies: boolean;
}

export interface WriterPlan {
  /** The writers of one service share a stream. */
  readonly service: number;
  readonly bursts: readonly Burst[];
}

export interface ShipperEnd extends End {
  /** Until the next shipper starts. */
  readonly downMs: number;
}

export interface Schedule {
  /** Of latencies, of the luck of each request, of all jitter. */
  readonly seed: number;
  readonly writers: readonly WriterPlan[];
  readonly phases: readonly Phase[];
  /** One life after the other; the shipper that comes after them lives on. */
  readonly ends: readonly ShipperEnd[];
  /** Which of the first writes of dead letters fail. */
  readonly letterFaults: readonly boolean[];
  /** How many reads of a journal fail. */
  readonly readFaults: number;
  /** Records that a journal has room for. */
  readonly journalRecordsMax: number;
  readonly inFlightMax: number;
  readonly eventsMax: number;
  readonly intervalMs: number;
}

/** Far more records are plain than anything else. */
const PLAIN_WEIGHT = 24;

function writersOf(kinds: readonly Kind[]): fc.Arbitrary<readonly WriterPlan[]> {
  const kind = fc.oneof(
    { weight: PLAIN_WEIGHT, arbitrary: fc.constant<Kind>("plain") },
    { weight: 1, arbitrary: fc.constantFrom(...kinds) },
  );
  const burst = fc.record({
    pauseMs: fc.nat({ max: 1500 }),
    spreadMs: fc.constantFrom(0, 0, 1, 7),
    kinds: fc.array(kind, { minLength: 1, maxLength: 12, size: "max" }),
    dies: fc.constantFrom(false, false, false, false, true),
  });
  const writer = fc.record({
    service: fc.nat({ max: 1 }),
    bursts: fc.array(burst, { minLength: 1, maxLength: 3, size: "max" }),
  });
  return fc.array(writer, { minLength: 1, maxLength: 3, size: "max" });
}

const end: fc.Arbitrary<ShipperEnd> = fc.record({
  step: fc.integer({ min: 1, max: 60 }),
  how: fc.constantFrom("killed before", "killed after", "killed before", "killed after", "stopped"),
  downMs: fc.nat({ max: 1500 }),
});

const phase: fc.Arbitrary<Phase> = fc.record({
  weather: fc.constantFrom(...WEATHERS),
  ms: fc.integer({ min: 50, max: 3000 }),
});

/** Schedules whose records are plain ones and, now and then, of these kinds. */
export function schedulesOf(kinds: readonly Kind[]): fc.Arbitrary<Schedule> {
  return fc.record({
    seed: fc.integer(),
    writers: writersOf(kinds),
    phases: fc.array(phase, { maxLength: 4, size: "max" }),
    ends: fc.array(end, { maxLength: 3, size: "max" }),
    letterFaults: fc.array(fc.boolean(), { maxLength: 5 }),
    readFaults: fc.nat({ max: 2 }),
    journalRecordsMax: fc.constantFrom(1000, 1000, 1000, 12),
    inFlightMax: fc.integer({ min: 1, max: 4 }),
    eventsMax: fc.integer({ min: 1, max: 8 }),
    intervalMs: fc.constantFrom(0, 300, 1000),
  });
}

export const KINDS: readonly Kind[] = ["large", "poison", "rejected", "earlier", "later"];
export const schedule = schedulesOf(KINDS);
/** For a destination that does not sort: where a caller's timestamp puts a record is not said there. */
export const KINDS_UNSORTED: readonly Kind[] = ["large", "poison", "rejected"];
