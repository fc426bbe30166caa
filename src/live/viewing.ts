/**
 * One viewer: what was asked for, out of what a follower brings, as steps.
 *
 *     open ──► what is there: all of it, or the newest that match ──► caught up ──► what is logged from then on
 *
 * A step is passed on before anything further is read, so a viewer that does not take its steps holds up nothing but itself;
 * what is deleted meanwhile is counted as missed. Memory is bounded by one read, and by the newest that are kept for `last`.
 */
import type { Followed, Follower, Start } from "../follow/follower.js";
import type { StoredRecord } from "../record/stored-record.js";
import { type Clock, systemClock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { pause } from "../system/pause.js";
import type { Filter } from "./filter.js";
import { InSeries, type Places } from "./in-series.js";
import type { LiveStep } from "./live-step.js";
import { Newest, Room } from "./newest.js";
import type { LiveRequest } from "./query.js";
import type { AskedRecent, RecentRecord } from "./recent.js";
import { Allowance, sampleOf } from "./sample.js";
import { StepWriter } from "./step-writer.js";
import { Turns } from "./turns.js";

const READ_BYTES = 256 << 10;
/** Of the newest that are kept for `last`, by all viewers of a thread; the lines of those beyond are left out, and counted. */
const newestRoom = new Room(64 << 20);
const RETRY_MS = 1000;
/** Copies that wait for a read behind them; with more, no further ones are asked for. */
const HELD_BYTES_MAX = 2 << 20;

export interface Viewing {
  readonly request: LiveRequest;
  readonly filter: Filter;
  readonly follow: (start: Start) => Promise<Follower>;
  /** What was delivered lately: all of it for what is there at the beginning, and then what passed between two reads. */
  readonly recent?: AskedRecent | undefined;
  /** Where a view before this one ended: nothing up to there is shown. */
  readonly after?: Places | undefined;
  /** The next step is made when this one is taken. What it rejects with, `view` rejects with. */
  readonly emit: (step: LiveStep, places: Places) => Promise<void> | void;
  /** Told when work on records begins, and when it rests. */
  readonly onTurn?: ((runs: boolean) => void) | undefined;
  readonly clock?: Clock;
  /** Between two tries to read what cannot be read. */
  readonly retryMs?: number;
}

/**
 * Resolves when the signal is aborted, and without `follow` when all that was there is shown. Rejects with what the follower
 * cannot be opened for, and without `follow` with what cannot be read; else that is told in a step, and tried again.
 */
export async function view(viewing: Viewing, signal: AbortSignal): Promise<void> {
  const { clock = systemClock, recent, request } = viewing;
  // Before the follower is there: what is delivered from here on is read, or copied.
  const added = (await recent?.between?.since(Number.POSITIVE_INFINITY))?.added ?? 0;
  const follower = await viewing.follow(startOf(request));
  try {
    // Not before it is: of what the buffer held then, it reads nothing, and some would come by copies and some would not.
    await new Viewer(viewing, follower, signal, { openedMs: clock.now(), added }).run();
  } finally {
    await follower.close();
  }
}

function startOf({ last, sinceMs, follow, ...query }: LiveRequest): Start {
  if (last === 0) return { at: "end" };
  if (sinceMs !== undefined) return { at: "since", sinceMs };
  if (last === undefined) return follow ? { at: "end" } : { at: "beginning" };
  return isEverything(query) ? { at: "last", records: last } : { at: "beginning" };
}

function isEverything({
  service,
  type,
  requestId,
  grep,
  where = [],
}: LiveRequest | Omit<LiveRequest, "follow">): boolean {
  return [service, type, requestId, grep, where[0]].every((part) => part === undefined);
}

class Viewer {
  readonly #viewing: Viewing;
  readonly #follower: Follower;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #series: InSeries;
  readonly #steps: StepWriter;
  readonly #allowance: Allowance | undefined;
  #missed = 0;
  /** Copies that there were when it was asked last. */
  #added: number;

  constructor(
    viewing: Viewing,
    follower: Follower,
    signal: AbortSignal,
    { openedMs, added }: { readonly openedMs: number; readonly added: number },
  ) {
    const { clock = systemClock, onTurn = () => {}, request, after } = viewing;
    this.#viewing = viewing;
    this.#follower = follower;
    this.#signal = signal;
    this.#clock = clock;
    this.#turns = new Turns(clock, onTurn);
    this.#series = new InSeries(after, openedMs);
    this.#added = added;
    this.#steps = new StepWriter(request.lineBytesMax);
    this.#allowance =
      request.perSecondMax === undefined ? undefined : new Allowance(request.perSecondMax, clock.elapsed());
  }

  async run(): Promise<void> {
    const { request } = this.#viewing;
    await this.#showHistory();
    while (request.follow && !this.#signal.aborted) {
      const read = await this.#read();
      if (read === undefined) return;
      const { series, filled } = this.#series.mergeWith(read, await this.#passedBetween(read));
      this.#missed -= filled;
      await this.#show(await this.#matching(series));
      await this.#emit();
      if (read.drained) await pause(this.#clock, this.#follower.pollMs, this.#signal);
      else await this.#clock.eventsHandled();
    }
  }

  /** Copies of what the read may have come too late for. */
  async #passedBetween(read: Followed): Promise<readonly RecentRecord[]> {
    const between = this.#viewing.recent?.between;
    if (between === undefined || !this.#series.mayLack(read)) return [];
    if (this.#series.heldBytes > HELD_BYTES_MAX) return [];
    const after = this.#added;
    const { added, ranges } = await between.since(after);
    this.#added = Math.max(after, added);
    const wanted = ranges.filter((range) => this.#series.wants(range));
    return wanted.length === 0 ? [] : between.records({ after, ranges: wanted });
  }

  /** What is there at the beginning. */
  async #showHistory(): Promise<void> {
    const { last } = this.#viewing.request;
    const newest = last === undefined ? undefined : new Newest(last, newestRoom);
    try {
      await this.#readHistory(newest);
      for (const kept of newest?.takeAll() ?? []) {
        if (kept.record === undefined) this.#steps.count(kept);
        else await this.#showOne(kept.record);
      }
    } finally {
      newest?.clear();
    }
    await this.#emit({ caughtUp: true });
  }

  /** Keeps the newest, or shows all. */
  async #readHistory(newest: Newest | undefined): Promise<void> {
    const { last, sinceMs, follow } = this.#viewing.request;
    const asked = last !== 0 && (last !== undefined || sinceMs !== undefined || !follow);
    const openedMs = this.#clock.now();
    for (let isFirst = true, isDone = !asked; !isDone; isFirst = false) {
      const read = await this.#read();
      if (read === undefined) return;
      if (isFirst) this.#series.begin((await this.#viewing.recent?.all()) ?? []);
      // Where more is logged all the time than can be read, there is an end all the same.
      isDone = read.drained || isAllSince(openedMs, read.records);
      const series = this.#series.merge(read.records);
      if (isDone) series.push(...this.#series.rest());
      const matching = await this.#matching(
        series.filter(({ timestamp }) => timestamp >= (sinceMs ?? timestamp)),
      );
      if (newest === undefined) {
        await this.#show(matching);
        if (!isDone) await this.#emit();
      } else {
        for (const record of matching) newest.add(record);
      }
      await this.#clock.eventsHandled();
    }
  }

  async #matching(records: readonly StoredRecord[]): Promise<StoredRecord[]> {
    const { filter } = this.#viewing;
    const matching: StoredRecord[] = [];
    await this.#turns.each(records, this.#signal, (record) => {
      if (filter(record)) matching.push(record);
    });
    return matching;
  }

  /** As many of them as may be shown; the rest is counted. */
  async #show(records: readonly StoredRecord[]): Promise<void> {
    const max = this.#allowance?.take(records.length, this.#clock.elapsed()) ?? records.length;
    const types = records.map(({ type }) => type);
    let from = 0;
    for (const index of sampleOf(types, max)) {
      for (const leftOut of records.slice(from, index)) this.#steps.leaveOut(leftOut);
      await this.#showOne(records[index]!);
      from = index + 1;
    }
    for (const leftOut of records.slice(from)) this.#steps.leaveOut(leftOut);
  }

  async #showOne(record: StoredRecord): Promise<void> {
    this.#steps.show(record);
    if (!this.#steps.isFull) return;
    await this.#emit();
    await this.#clock.eventsHandled();
  }

  async #emit(said: { caughtUp?: boolean; trouble?: string } = {}): Promise<void> {
    const missed = this.#missed + this.#series.takePassed();
    this.#missed = 0;
    const emitted = this.#steps.take({ ...said, missed });
    if (emitted !== undefined && !this.#signal.aborted)
      await this.#viewing.emit(emitted.step, emitted.places);
  }

  /** Undefined when the view ends before anything could be read. */
  async #read(): Promise<Followed | undefined> {
    for (let told = ""; !this.#signal.aborted; ) {
      try {
        const read = await this.#follower.read(READ_BYTES);
        this.#missed += read.missed;
        this.#series.leaveOutCopiesOf(read.lists ?? []);
        // A step without trouble says that it is over.
        if (told !== "")
          await this.#viewing.emit({ records: [], matched: 0, missed: 0, levels: [] }, new Map());
        return read;
      } catch (error) {
        if (!this.#viewing.request.follow) throw error;
        const trouble = messageOf(error) || "unknown";
        if (trouble !== told) await this.#emit({ trouble });
        told = trouble;
        await pause(this.#clock, this.#viewing.retryMs ?? RETRY_MS, this.#signal);
      }
    }
    return undefined;
  }
}

function isAllSince(sinceMs: number, records: readonly StoredRecord[]): boolean {
  return records.length > 0 && records.every(({ timestamp }) => timestamp >= (sinceMs ?? timestamp));
}
