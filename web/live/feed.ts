/**
 * The rows of the live view, at most `ROWS_MAX`: filled by a stream, handed to the list once a frame. While the view is
 * paused they stay as they are and what comes is kept aside, the newest `ASIDE_MAX` of it.
 */
import type { LiveEvent, Query } from "../../src/live/query.js";
import { exactly } from "../system/figures.js";
import { readHistory } from "./history.js";
import { LevelsBySecond } from "./levels-by-second.js";
import { type Row, rowOf } from "./row.js";
import { type Connection, Stream } from "./stream.js";

const ROWS_MAX = 20_000;
const ASIDE_MAX = 5000;
/** Rows are taken out many at a time, as each time moves all others. */
const ROWS_SLACK = 1000;
/** Over how long rates are taken. */
const RATE_MS = 2000;
/** How far back records are counted at the beginning, and how long that may take: there may be very many. */
const LEVELS_MS = 300_000;
const LEVELS_READ_MS_MAX = 4000;
/** How often a hidden tab, which draws no frames, takes in what came. */
const HIDDEN_MS = 1000;

export interface FeedState {
  readonly connection: Connection;
  readonly trouble: string | undefined;
  readonly paused: boolean;
  /** Came while paused. */
  readonly aside: number;
  /** Records a second, now. */
  readonly matchedRate: number;
  readonly shownRate: number;
  /** Records of this query that passed unseen. */
  readonly missed: number;
  readonly caughtUp: boolean;
}

export interface FeedListeners {
  /** Rows were added at the end, and so many taken away at the beginning. */
  rows(rows: readonly Row[], removed: number): void;
  /** At most a few times a second. */
  state(state: FeedState): void;
}

export class Feed {
  readonly levels = new LevelsBySecond();
  rows: Row[] = [];
  readonly #listeners: FeedListeners;
  readonly #stream: Stream;
  readonly #ids = new Set<string>();
  readonly #closed = new AbortController();
  readonly #addFirst = this.levels.add.bind(this.levels);
  /** What was there at the beginning of a connection may have been counted. */
  #addLevels = this.levels.repeater();
  #incoming: Row[] = [];
  #aside: Row[] = [];
  #cleared: readonly Row[] = [];
  #asideLost = 0;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stateTimer: ReturnType<typeof setTimeout> | undefined;
  #arrivals: { atMs: number; matched: number; shown: number }[] = [];
  #state: FeedState = {
    connection: { is: "connecting" },
    trouble: undefined,
    paused: false,
    aside: 0,
    matchedRate: 0,
    shownRate: 0,
    missed: 0,
    caughtUp: false,
  };

  /** Begins with so many of the newest. */
  constructor(query: Query, last: number, listeners: FeedListeners) {
    this.#listeners = listeners;
    this.#stream = new Stream(query, last, {
      connection: (connection) => this.#connection(connection),
      event: (event) => this.#event(event),
      again: () => {
        this.#addLevels = this.levels.repeater();
      },
    });
    void this.#readLevels(query);
  }

  close(): void {
    this.#stream.close();
    this.#closed.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    clearTimeout(this.#stateTimer);
  }

  /** Pauses, or goes on. */
  togglePause(): void {
    const paused = !this.#state.paused;
    this.#take();
    if (!paused) {
      if (this.#asideLost > 0) {
        this.#incoming.push(note(`${exactly(this.#asideLost)} records passed while this was paused`));
      }
      this.#incoming.push(...this.#aside);
      this.#aside = [];
      this.#asideLost = 0;
    }
    this.#set({ paused, aside: 0 });
    this.#take();
  }

  clear(): void {
    this.#take();
    const removed = this.rows.length;
    // Those that were cleared last stay known: a new connection may bring them again.
    this.#forget(this.#cleared);
    this.#cleared = this.rows;
    this.rows = [];
    this.#listeners.rows(this.rows, removed);
  }

  /** How many there were before, which the newest rows do not tell. */
  async #readLevels(query: Query): Promise<void> {
    const startMs = Date.now();
    const add = this.levels.repeater();
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(LEVELS_READ_MS_MAX)]);
    const asked = { query, sinceMs: startMs - LEVELS_MS, perSecondMax: 1, lineBytesMax: 1 };
    try {
      await readHistory(asked, signal, ({ levels }) => {
        // From here on the stream counts.
        add(
          levels.filter(([secondMs]) => secondMs < startMs - 1000),
          startMs,
        );
        return "more";
      });
    } catch {
      // The histogram then begins later. What is wrong with the query, the stream is told as well.
    }
  }

  #connection(connection: Connection): void {
    const was = this.#state.connection;
    if (connection.is === "live" && was.is === "reconnecting") {
      this.#add([note(`connected again after ${exactly(Math.ceil((Date.now() - was.sinceMs) / 1000))} s`)]);
    }
    this.#set({ connection });
  }

  #event(event: LiveEvent): void {
    const now = Date.now();
    const rows: Row[] = [];
    for (const record of event.records) {
      const row = rowOf(record);
      this.#stream.seen(row.timeMs);
      if (row.id !== undefined) {
        if (this.#ids.has(row.id)) continue;
        this.#ids.add(row.id);
      }
      rows.push(row);
    }
    this.#addLevels(event.levels, now);
    if (event.missed > 0) {
      rows.unshift(
        note(`${exactly(event.missed)} records were delivered and deleted before they could be shown`),
      );
    }
    // What was there at the beginning is not a rate.
    if (this.#state.caughtUp) {
      this.#arrivals.push({ atMs: now, matched: event.matched, shown: event.records.length });
    }
    if (event.caughtUp) this.#addLevels = this.#addFirst;
    if (rows.length > 0) this.#add(rows);
    this.#set({
      trouble: event.trouble,
      missed: this.#state.missed + event.missed,
      caughtUp: this.#state.caughtUp || event.caughtUp === true,
    });
  }

  #add(rows: readonly Row[]): void {
    for (const row of rows) this.#incoming.push(row);
    if (document.hidden) this.#timer ??= setTimeout(() => this.#take(), HIDDEN_MS);
    else if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#take());
  }

  #take(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = 0;
    this.#timer = undefined;
    const incoming = this.#incoming;
    if (incoming.length === 0) return;
    this.#incoming = [];
    if (this.#state.paused) {
      for (const row of incoming) this.#aside.push(row);
      const over = this.#aside.length - ASIDE_MAX;
      if (over > 0) {
        this.#forget(this.#aside.splice(0, over));
        this.#asideLost += over;
      }
      this.#set({ aside: this.#aside.length + this.#asideLost });
      return;
    }
    for (const row of incoming) this.rows.push(row);
    let removed = 0;
    if (this.rows.length > ROWS_MAX) {
      removed = this.rows.length - ROWS_MAX + ROWS_SLACK;
      this.#forget(this.rows.splice(0, removed));
    }
    this.#listeners.rows(this.rows, removed);
  }

  #forget(rows: readonly Row[]): void {
    for (const row of rows) if (row.kind === "record" && row.id !== undefined) this.#ids.delete(row.id);
  }

  #set(change: Partial<FeedState>): void {
    const urgent = "connection" in change || "paused" in change;
    this.#state = { ...this.#state, ...change };
    if (urgent) {
      clearTimeout(this.#stateTimer);
      this.#tell();
    } else this.#stateTimer ??= setTimeout(() => this.#tell(), 250);
  }

  #tell(): void {
    const now = Date.now();
    this.#arrivals = this.#arrivals.filter(({ atMs }) => atMs > now - RATE_MS);
    const perSecond = (of: "matched" | "shown"): number =>
      this.#arrivals.reduce((sum, arrival) => sum + arrival[of], 0) / (RATE_MS / 1000);
    const matchedRate = perSecond("matched");
    this.#state = { ...this.#state, matchedRate, shownRate: perSecond("shown") };
    this.#listeners.state(this.#state);
    // A rate goes back to nothing though nothing comes.
    this.#stateTimer = matchedRate > 0 ? setTimeout(() => this.#tell(), 500) : undefined;
  }
}

function note(text: string): Row {
  return { kind: "note", timeMs: Date.now(), text };
}
