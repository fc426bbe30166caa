/**
 * `dragonlog audit`: reads a destination back and proves from the ids what of each writer is there.
 *
 * A hole at the first look is no proof of a loss yet: the record may have arrived while the rest was read, stand in
 * another stream of the group, or not be shown yet. So whoever has one is looked for a second time, in the whole group,
 * after a pause in which what was stored becomes visible. What waits in a journal is looked up before that: it either
 * waits then or must be found.
 */
import type { ParsedOptions } from "../config/options.js";
import { sinceMs } from "../config/places.js";
import { openSink } from "../sink/open.js";
import type { ReadBack, ReadQuery, Sink } from "../sink/sink.js";
import { type Clock, systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { pause } from "../system/pause.js";
import { refuseValue } from "../system/refusal.js";
import { deadSeqs, localJournal } from "./local.js";
import { Progress } from "./progress.js";
import { type AuditReport, isComplete, reportJson, reportOf, reportText } from "./report.js";
import { Tally } from "./tally.js";
import { holesOf, type Known, NOTHING_KNOWN, verdictOn, type WriterVerdict } from "./verdict.js";
import type { WriterTally } from "./writer-tally.js";

type AuditOptions = ParsedOptions<"audit">;

/** CloudWatch shows events some seconds after it took them. */
const SETTLE_MS = 10_000;
/** The last moment that a Date holds, by ECMA-262. */
const DATE_MS_MAX = 8.64e15;

/** Exit code 0 when records were found and none is missing, 1 otherwise. Throws DRAGONLOG_OPTION_INVALID and what the destination refuses. */
export async function audit(options: AuditOptions, io: Io, clock: Clock = systemClock): Promise<number> {
  if (/[{}]/.test(options.group)) {
    throw refuseValue("group", options.group, "the name of one log group, for an audit");
  }
  const sink = await openDestination(options);
  try {
    const report = await new Audit(options, sink, io, clock).run();
    io.stdout.write(options.json ? reportJson(report) : reportText(report));
    return isComplete(report) ? 0 : 1;
  } catch (error) {
    if (!io.signal.aborted) throw error;
    io.stderr.write("dragonlog audit: ended before everything was read; nothing is proven\n");
    return 1;
  } finally {
    await sink.close();
  }
}

function openDestination({ to, region, endpoint }: AuditOptions): Promise<Sink> {
  return openSink(to.kind === "directory" ? `directory:${to.dir}` : to.kind, {
    cloudwatch: {
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
    },
  });
}

class Audit {
  readonly #options: AuditOptions;
  readonly #sink: Sink;
  readonly #readBack: ReadBack;
  readonly #io: Io;
  readonly #clock: Clock;
  readonly #progress: Progress;
  readonly #query: ReadQuery;
  readonly #tally = new Tally();

  constructor(options: AuditOptions, sink: Sink, io: Io, clock: Clock) {
    if (sink.readBack === undefined) {
      throw refuseValue("to", options.to.kind, "cloudwatch or directory:<dir>, which can be read back");
    }
    this.#options = options;
    this.#sink = sink;
    this.#readBack = sink.readBack;
    this.#io = io;
    this.#clock = clock;
    this.#progress = new Progress(io.stderr, clock);
    const { group, stream, since } = options;
    const now = clock.now();
    this.#query = {
      group,
      // A template means whatever it makes of the records: any stream of the group.
      ...(stream.includes("{") ? {} : { stream }),
      fromMs: (since === undefined ? undefined : sinceMs(since, now)) ?? 0,
      toMs: sink.window === undefined ? DATE_MS_MAX : now + sink.window.aheadMsMax,
    };
  }

  async run(): Promise<AuditReport> {
    const tally = this.#tally;
    await this.#read(this.#query, "", (events) => tally.add(events));
    let verdicts = this.#verdicts(new Map());
    let doubtful = doubtfulIn(verdicts);
    if (doubtful.length > 0) {
      const known = await this.#lookAround(doubtful);
      verdicts = this.#verdicts(known);
      doubtful = doubtfulIn(verdicts);
      if (doubtful.length > 0) {
        await this.#lookAgain(doubtful);
        verdicts = this.#verdicts(known);
      }
    }
    this.#progress.end();
    const { group, stream, fromMs } = this.#query;
    const { since } = this.#options;
    const scope = {
      destination: this.#sink.name,
      group,
      stream,
      sinceMs: since === undefined ? undefined : fromMs,
    };
    return reportOf(scope, tally, verdicts);
  }

  #verdicts(known: ReadonlyMap<string, Known>): WriterVerdict[] {
    return [...this.#tally.writers].map(([writer, tally]) =>
      verdictOn(writer, tally, known.get(writer) ?? this.#knownOf(writer, tally)),
    );
  }

  /** What can be known without reading much. */
  #knownOf(writer: string, tally: WriterTally): Known {
    const drops = this.#tally.drops.get(writer) ?? [];
    const isWhole = holesOf(tally, NOTHING_KNOWN)[Symbol.iterator]().next().done === true;
    if (isWhole) return { ...NOTHING_KNOWN, drops };
    const journal = localJournal(this.#options.buffer.dir, writer);
    const beganWithin =
      this.#options.since === undefined || (journal !== undefined && journal.beganAtMs >= this.#query.fromMs);
    return { ...NOTHING_KNOWN, beganBefore: !beganWithin, waiting: journal?.waiting ?? [], drops };
  }

  /**
   * What is known of the doubtful writers now, before the second look. A record is a dead letter before it waits no more,
   * so what waits is looked up first.
   */
  async #lookAround(writers: readonly string[]): Promise<Map<string, Known>> {
    const known = new Map(
      writers.map((writer) => [writer, this.#knownOf(writer, this.#tally.writers.get(writer)!)]),
    );
    const dead = await deadSeqs(this.#options.buffer.dir, new Set(writers));
    return new Map(writers.map((writer) => [writer, { ...known.get(writer)!, dead: dead.get(writer) }]));
  }

  async #lookAgain(writers: readonly string[]): Promise<void> {
    const tally = this.#tally;
    if (this.#sink.window !== undefined) {
      const lastAtMs = writers.reduce(
        (last, writer) => Math.max(last, tally.writers.get(writer)!.lastAtMs),
        Number.NEGATIVE_INFINITY,
      );
      const now = this.#clock.now();
      await pause(this.#clock, Math.min(SETTLE_MS, Math.max(0, lastAtMs + SETTLE_MS - now)), this.#io.signal);
    }
    const { group, fromMs, toMs } = this.#query;
    await this.#read({ group, fromMs, toMs }, " again, for what was missing", (events) => tally.fill(events));
  }

  async #read(
    query: ReadQuery,
    what: string,
    take: (events: Parameters<Tally["add"]>[0]) => void,
  ): Promise<void> {
    let events = 0;
    for await (const page of this.#readBack.read(query, this.#io.signal)) {
      take(page);
      events += page.length;
      this.#progress.show(events, what, page.at(-1)?.timestamp);
    }
    this.#io.signal.throwIfAborted();
  }
}

function doubtfulIn(verdicts: readonly WriterVerdict[]): string[] {
  return verdicts.filter(({ missing }) => missing > 0).map(({ writer }) => writer);
}
