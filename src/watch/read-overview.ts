/**
 * Looks at the whole pipeline from outside: journals, reports, the store, dead letters. Changes nothing.
 *
 * For a shipper that serves a page it must cost little and be in nobody's way: journals are read in slices, what was read a
 * moment ago is given out again, the longer the longer reading takes, and a store is asked now and then through one connection
 * and not waited for.
 */
import { OldestUndelivered } from "../buffer/oldest.js";
import { type JournalState, readJournalsInSlices, totalWaiting } from "../buffer/waiting.js";
import type { BufferPlace } from "../config/places.js";
import { deadFolderOf, deadLetterBytes, listLetters } from "../dead-letters/folder.js";
import { type ForwarderReport, readForwarderReports } from "../forward/report.js";
import { storeName } from "../forward/store-options.js";
import type { Waiting } from "../record/stored-record.js";
import { readReports, readStandbys, type ShipperReport } from "../ship/report.js";
import type { Rates } from "../ship/vitals.js";
import { type Clock, systemClock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { packageVersion } from "../system/package-version.js";
import { ownIdentity } from "../system/process.js";
import { FlowRates } from "./flow-rates.js";
import { forwardedOf } from "./forwarded.js";
import { healthOf } from "./health.js";
import type { Overview } from "./overview.js";
import { forwarderView, shipperView } from "./part-views.js";
import { storeOverview } from "./store-overview.js";
import { StoreEyes, type StoreView } from "./store-state.js";
import { unservedIn } from "./store-trouble.js";
import { journalTotals, writerViews } from "./writer-views.js";

/** Of the time that passes, this share at most goes into reading journals. */
const READING_SHARE_MAX = 0.1;
/** What a look at a store brings is good for so long. */
const STORE_MS = 2000;
const DAY = /^\d{4}-\d{2}-\d{2}/;

export interface OverviewOptions {
  readonly buffer: BufferPlace;
  /** The lists of a store that other programs push to. */
  readonly lists?: readonly string[];
  /** Of a store's budget; default 0, what its own limit leaves. */
  readonly storeBytesMax?: number;
  /** The report of the shipper in this process, newer than its file. */
  readonly own?: () => ShipperReport;
  /** For how long what was read is given out again, in ms; longer where reading takes long. Default 1000. */
  readonly cacheMs?: number;
  /** How long a store is waited for, in ms; default 10,000. */
  readonly storeLookMs?: number;
  readonly clock?: Clock;
}

/** One look. Rejects for a URL that is none of a store, and without @redis/client; what cannot be read is said to be so. */
export async function readOverview(options: OverviewOptions): Promise<Overview> {
  const overviews = new Overviews(options);
  try {
    return await overviews.read();
  } finally {
    await overviews.close();
  }
}

/** For looks again and again. */
export class Overviews {
  readonly #options: OverviewOptions;
  readonly #clock: Clock;
  readonly #flow = new FlowRates();
  readonly #oldest = new OldestUndelivered();
  #eyes: StoreEyes | undefined;
  #store: { readonly view: StoreView; readonly atMs: number } | undefined;
  #reading: Promise<Overview> | undefined;
  /** By Clock.elapsed, until when `#reading` is good. */
  #goodUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: OverviewOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Rejects as `readOverview`; the next one tries again. */
  read(): Promise<Overview> {
    if (this.#reading === undefined || this.#clock.elapsed() >= this.#goodUntilMs) {
      this.#goodUntilMs = Number.POSITIVE_INFINITY;
      const reading = this.#read();
      this.#reading = reading;
      reading.catch(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading;
  }

  async close(): Promise<void> {
    await this.#eyes?.close();
  }

  async #read(): Promise<Overview> {
    const { buffer, own, cacheMs = 1000, storeBytesMax = 0 } = this.#options;
    const { dir } = buffer;
    const clock = this.#clock;
    const startedAtMs = clock.elapsed();
    // Before the journals: what is delivered meanwhile is seen to wait no more, and not to be logged again.
    const shippers = withOwn(readReports(dir), own);
    const journals = await readJournalsInSlices(dir, clock, this.#oldest);
    const forwarders = readForwarderReports(dir);
    const readAtMs = clock.elapsed();
    const measured = this.#flow.look(
      readAtMs,
      journals,
      shippers.map(({ process, startedAt, counts }) => ({
        shipper: `${process.pid} ${startedAt}`,
        records: counts.deliveredRecords,
        bytes: counts.deliveredBytes,
      })),
    );
    const bound = buffer.kind === "redis" ? storeName(buffer.url) : undefined;
    const view = await this.#viewStore(journals, bound);
    const deadLetters = lettersIn(dir, shippers);
    const nowMs = clock.now();
    const overview: Overview = {
      atMs: nowMs,
      version: packageVersion(),
      host: ownIdentity().host,
      dir,
      health: healthOf({
        nowMs,
        journals,
        shippers,
        forwarders,
        forwarded: forwardedOf(journals),
        store: view && { view, bound: bound!, storeBytesMax },
        deadLetters,
      }),
      waiting: waitingInAll(journals, forwarders, bound, view),
      rates: measured ?? ratesOf(shippers),
      ...writerViews(journals, bound),
      journals: journalTotals(journals),
      forwarders: forwarders.map(forwarderView),
      store: view && storeOverview(view, storeBytesMax),
      shippers: shippers.map(shipperView),
      standbys: readStandbys(dir).map(({ process: { pid }, startedAt }) => ({
        pid,
        sinceMs: Date.parse(startedAt),
      })),
      deadLetters,
    };
    this.#goodUntilMs =
      clock.elapsed() + Math.max(cacheMs, (readAtMs - startedAtMs) * (1 / READING_SHARE_MAX - 1));
    return overview;
  }

  async #viewStore(
    journals: readonly JournalState[],
    bound: string | undefined,
  ): Promise<StoreView | undefined> {
    const { buffer, lists = [], storeLookMs } = this.#options;
    if (buffer.kind !== "redis" || bound === undefined) {
      return undefined;
    }
    const now = this.#clock.elapsed();
    if (this.#store === undefined || now - this.#store.atMs >= STORE_MS) {
      this.#eyes ??= new StoreEyes(buffer.url, storeLookMs);
      const writers = unservedIn(journals, bound).map(({ writer }) => writer);
      this.#store = { view: await this.#eyes.look({ lists, writers }), atMs: this.#clock.elapsed() };
    }
    return this.#store.view;
  }
}

function withOwn(
  reports: readonly ShipperReport[],
  own: (() => ShipperReport) | undefined,
): readonly ShipperReport[] {
  if (own === undefined) {
    return reports;
  }
  const report = own();
  return [report, ...reports.filter(({ process }) => process.pid !== report.process.pid)];
}

/** Of this buffer. What is in the store and still in a journal, until it is delivered, counts once. */
function waitingInAll(
  journals: readonly JournalState[],
  forwarders: readonly ForwarderReport[],
  bound: string | undefined,
  view: StoreView | undefined,
): Waiting {
  if (view?.state === undefined) {
    return totalWaiting(journals);
  }
  const here = totalWaiting(journals.filter(({ meantFor }) => meantFor === bound));
  const elsewhere = totalWaiting(journals.filter(({ meantFor }) => meantFor !== bound));
  const inStore = forwarders
    .filter(({ store, fromRam }) => store === view.name && !fromRam)
    .reduce((sum, { recordsInStore }) => sum + recordsInStore, 0);
  const records = Math.max(0, here.records - inStore);
  const outside: Waiting = {
    records,
    bytes: here.records === 0 ? 0 : Math.round((here.bytes * records) / here.records),
    oldestMs: here.oldestMs,
  };
  return totalWaiting([view.state, { waiting: outside }, { waiting: elsewhere }]);
}

/** As the shippers measured it themselves: each sees all journals of the folder, and delivers its own. */
function ratesOf(shippers: readonly ShipperReport[]): Rates | undefined {
  const all = shippers.flatMap(({ rates }) => rates ?? []);
  if (all.length === 0) {
    return undefined;
  }
  const sum = (figure: (rates: Rates) => number): number => all.reduce((sum, each) => sum + figure(each), 0);
  return {
    overMs: Math.max(...all.map(({ overMs }) => overMs)),
    inRecords: Math.max(...all.map(({ inRecords }) => inRecords)),
    outRecords: sum(({ outRecords }) => outRecords),
    outBytes: sum(({ outBytes }) => outBytes),
  };
}

function lettersIn(dir: string, shippers: readonly ShipperReport[]): Overview["deadLetters"] {
  const folder = deadFolderOf(dir);
  const caps = shippers.flatMap(({ deadBytesMax = [] }) => deadBytesMax);
  const bytesMax = caps.length === 0 ? undefined : Math.min(...caps);
  try {
    const [oldest] = listLetters(folder);
    const since = oldest && DAY.exec(oldest.name)?.[0];
    return { dir: folder, bytes: deadLetterBytes(folder), bytesMax, since, error: undefined };
  } catch (error) {
    return { dir: folder, bytes: 0, bytesMax, since: undefined, error: messageOf(error) };
  }
}
