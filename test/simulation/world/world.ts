/**
 * Plays one schedule to its end: writers log, one shipper after the other ships, the cloud is as it likes.
 *
 *     writers ──► journals ──► shipper (life 1, killed) ──► cloud
 *                    └───────► shipper (life 2, stopped) ──► cloud
 *                    └───────► shipper (the last, lives on until everything is delivered)
 *
 * Everything of `src/` that decides is the real thing: Shipper, Delivery, ladder, circuits, InFlight, Ledger, Batcher,
 * Merge, AcknowledgedRanges. What it touches is simulated. The end is when all writers are done and nothing waits; it must
 * come within `QUIET_MS` of the last fault.
 */
import { type Batch, recordOf } from "../../../src/batch/batch.js";
import { type BatchLimits, CLOUDWATCH_LIMITS } from "../../../src/batch/limits.js";
import type { DeadLetters } from "../../../src/dead-letters/dead-letters.js";
import { Shipper } from "../../../src/ship/shipper.js";
import { MemoryPool } from "../../../src/system/memory-pool.js";
import type { Schedule, ShipperEnd } from "../schedule.js";
import { Chance } from "./chance.js";
import type { Journals } from "./journals.js";
import { type End, Life, type StepName } from "./life.js";
import { idOf, Logged } from "./logged.js";
import type { Switches } from "./mechanisms.js";
import { brokenPolicy, brokenSink, POLICY } from "./off.js";
import { promisesSettled, SimClock } from "./sim-clock.js";
import { SimCloud } from "./sim-cloud.js";
import { SimJournals } from "./sim-journal.js";
import { SimLetters } from "./sim-letters.js";
import { SimWriter } from "./sim-writer.js";
import { judge, type Violation, Violations } from "./verdict.js";
import { Watch } from "./watch.js";

/** 2026-01-01 UTC. */
const START_MS = 1_767_225_600_000;
const EVENT_BYTES_MAX = 300;
const BATCH_BYTES_MAX = 1500;
/** Far longer than any backoff of the policy and all that can be queued. */
const QUIET_MS = 60_000;
/** Longer than a request can be on its way, and than it can be carried out after that. */
const SETTLE_MS = 4000;
/** What a shipper that is asked to stop may still take. */
const GRACE_MS = 2000;

export interface WorldOptions {
  readonly off?: Switches;
  readonly exactlyOnce?: boolean;
  /** Of the destination. Default: true. Where it does not sort, no record may bring a timestamp. */
  readonly sortsByTimestamp?: boolean;
  readonly journals?: (clock: SimClock) => Journals;
}

/** What happened, for seeing that schedules are not too tame. */
export interface Happened {
  records: number;
  requests: number;
  lostAnswers: number;
  doubles: number;
  letters: number;
  dropped: number;
  splits: number;
  parks: number;
  openings: number;
  underWayPeak: number;
  steps: number;
  virtualMs: number;
  readonly ends: { readonly step: StepName; readonly how: End["how"] }[];
}

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly happened: Happened;
}

export async function play(schedule: Schedule, options: WorldOptions = {}): Promise<Outcome> {
  return new World(schedule, options).play();
}

interface RunningShipper {
  readonly life: Life;
  readonly shipper: Shipper;
  readonly watch: Watch;
  readonly stop: AbortController;
  readonly abort: AbortController;
  readonly running: Promise<void>;
  stopping: boolean;
}

class World {
  readonly #schedule: Schedule;
  readonly #off: Switches;
  readonly #exactlyOnce: boolean;
  readonly #clock = new SimClock({ startMs: START_MS });
  readonly #chance: Chance;
  readonly #logged = new Logged();
  readonly #violations = new Violations();
  readonly #journals: Journals;
  readonly #letters: SimLetters;
  readonly #cloud: SimCloud;
  readonly #limits: BatchLimits;
  readonly #writers: SimWriter[];
  readonly #happened: Happened;
  #shipper: RunningShipper | undefined;
  /** When the last thing happened that delays delivery. */
  #lastFaultMs: number;

  constructor(
    schedule: Schedule,
    { off = new Set(), exactlyOnce = false, sortsByTimestamp = true, journals }: WorldOptions,
  ) {
    this.#schedule = schedule;
    this.#off = off;
    this.#exactlyOnce = exactlyOnce;
    const { seed, phases, letterFaults, eventsMax, readFaults, journalRecordsMax } = schedule;
    const clock = this.#clock;
    const chance = new Chance(seed);
    this.#chance = chance;
    const logged = this.#logged;
    this.#limits = {
      ...CLOUDWATCH_LIMITS,
      eventsMax,
      eventBytesMax: EVENT_BYTES_MAX,
      bytesMax: BATCH_BYTES_MAX,
    };
    this.#journals = journals?.(clock) ?? new SimJournals(chance, off, readFaults);
    this.#letters = new SimLetters(clock, chance, letterFaults, off);
    this.#cloud = new SimCloud({
      clock,
      chance,
      limits: this.#limits,
      sortsByTimestamp,
      phases,
      logged,
      violations: this.#violations,
    });
    this.#writers = schedule.writers.map(
      (plan, index) =>
        new SimWriter({
          name: `w${index}`,
          plan,
          recordsMax: journalRecordsMax,
          journals: this.#journals,
          logged,
          clock,
        }),
    );
    this.#lastFaultMs = phases.reduce((end, { ms }) => end + ms, START_MS);
    this.#happened = {
      records: 0,
      requests: 0,
      lostAnswers: 0,
      doubles: 0,
      letters: 0,
      dropped: 0,
      splits: 0,
      parks: 0,
      openings: 0,
      underWayPeak: 0,
      steps: 0,
      virtualMs: 0,
      ends: [],
    };
  }

  async play(): Promise<Outcome> {
    try {
      this.#startShipper(0);
      while (!this.#isDelivered() && !this.#isStuck()) {
        if (!(await this.#clock.turn())) {
          this.#violations.add("liveness", "nothing will ever happen again");
          break;
        }
      }
      if (this.#isDelivered()) await this.#end();
      judge({ logged: this.#logged, cloud: this.#cloud, letters: this.#letters }, this.#violations);
      return { violations: this.#violations.list, happened: this.#sum() };
    } finally {
      await this.#journals.close();
    }
  }

  #isDelivered(): boolean {
    const { stopping = true } = this.#shipper ?? {};
    return !stopping && this.#writers.every(({ done }) => done) && this.#logged.allAcknowledged;
  }

  #isStuck(): boolean {
    const now = this.#clock.now();
    if (this.#shipper === undefined || !this.#writers.every(({ done }) => done)) {
      this.#lastFaultMs = Math.max(this.#lastFaultMs, now);
    }
    this.#lastFaultMs = Math.max(this.#lastFaultMs, this.#letters.failedAtMs);
    if (now - this.#lastFaultMs <= QUIET_MS) return false;
    const { records, acknowledged } = this.#logged;
    this.#violations.add("liveness", `${records.size - acknowledged.size} records wait for ever`);
    return true;
  }

  /** The last shipper is stopped; then everything that is still on its way arrives. */
  async #end(): Promise<void> {
    const shipper = this.#shipper!;
    shipper.life.liveOn();
    const drained = await this.#through(this.#stop(shipper));
    if (drained === false) this.#violations.add("G5", "drain says that something waits, and nothing does");
    while (await this.#clock.turn());
  }

  async #through<T>(work: Promise<T>): Promise<T | undefined> {
    let result: T | undefined;
    let ended = false;
    const end = (value?: T): void => {
      result = value;
      ended = true;
    };
    work.then(end, (error) => {
      this.#violations.add("liveness", `the shipper ends with ${error}`);
      end();
    });
    await promisesSettled();
    while (!ended && (await this.#clock.turn()));
    return result;
  }

  /** The number of its life decides how the shipper ends. */
  #startShipper(number: number): void {
    const end = this.#schedule.ends[number];
    const life = new Life(end, (step, how) => {
      this.#happened.ends.push({ step, how });
      this.#shipperEnds(number, how, end!);
    });
    const watch = new Watch({
      cloud: this.#cloud,
      logged: this.#logged,
      violations: this.#violations,
      policy: POLICY,
      exactlyOnce: this.#exactlyOnce,
    });
    const stop = new AbortController();
    const abort = new AbortController();
    const sink = this.#cloud.sinkFor(
      life,
      (batch, request) => watch.sent(batch, request, shipper),
      (batch, request, answer) => watch.answered(batch, request, answer),
    );
    const acknowledge = ({ items }: Batch): void => {
      for (const record of items.map(recordOf)) {
        life.sources.get(record.writer)?.acknowledge([{ from: record.ordinal, to: record.ordinal }]);
      }
    };
    const memory = new MemoryPool();
    const buffer = life.buffer(this.#journals.open(memory), (writer, ranges) => {
      for (const { from, to } of ranges) {
        watch.acknowledged += to - from + 1;
        for (let seq = from; seq <= to; seq++) this.#logged.acknowledged.add(idOf({ writer, seq }));
      }
    });
    const shipper: Shipper = new Shipper({
      buffer,
      memory,
      sink: brokenSink(sink, this.#off, acknowledge),
      destinationOf: ({ service }) => ({ group: "group", stream: service }),
      deadLetters: life.letters((letters) => this.#letters.add(letters, life)) as unknown as DeadLetters,
      clock: life.clock(this.#clock),
      random: this.#chance.random,
      intervalMs: this.#schedule.intervalMs,
      flushRecords: 20,
      flushBytes: 10_000,
      inFlightMax: this.#schedule.inFlightMax,
      policy: brokenPolicy(this.#off),
      ...(this.#exactlyOnce ? { verifySettleMs: SETTLE_MS } : {}),
      abort: abort.signal,
    });
    const running = shipper.run(stop.signal);
    running.catch((error) => this.#violations.add("liveness", `the shipper ends with ${error}`));
    this.#shipper = { life, shipper, watch, stop, abort, running, stopping: false };
  }

  #shipperEnds(number: number, how: End["how"], { downMs }: ShipperEnd): void {
    const shipper = this.#shipper!;
    const next = (): void => {
      this.#journals.shipperKilled();
      this.#shipper = undefined;
      this.#clock.after(downMs, () => this.#startShipper(number + 1));
    };
    if (how === "stopped") {
      shipper.stopping = true;
      this.#clock.after(0, () => void this.#stop(shipper).then(next));
    } else {
      this.#account(shipper);
      next();
    }
  }

  /** As the command does it. True when nothing waits, or when a journal could not be read. */
  async #stop(running: RunningShipper): Promise<boolean> {
    const { life, shipper, watch, stop, abort } = running;
    stop.abort("stopped");
    await running.running;
    const spare = this.#clock.after(GRACE_MS, () => abort.abort("too late"));
    const { counts } = shipper;
    const { readFailures } = counts;
    const drained = (await shipper.drain(false)) || counts.readFailures > readFailures;
    spare();
    watch.judgeCounts(counts);
    this.#account(running);
    life.dead = true;
    return drained;
  }

  #account({ life, shipper: { counts, circuits } }: RunningShipper): void {
    const happened = this.#happened;
    happened.steps += life.steps;
    happened.splits += counts.splits;
    happened.parks += counts.parks;
    happened.openings += circuits.openings;
  }

  #sum(): Happened {
    const happened = this.#happened;
    const { stats, streams } = this.#cloud;
    happened.records = this.#logged.records.size;
    happened.dropped = this.#logged.dropped;
    happened.letters = this.#letters.letters.length;
    happened.requests = stats.requests;
    happened.lostAnswers = stats.lost;
    happened.underWayPeak = stats.underWayPeak;
    happened.virtualMs = this.#clock.now() - START_MS;
    for (const events of streams.values())
      happened.doubles += events.length - new Set(events.map(({ id }) => id)).size;
    return happened;
  }
}
