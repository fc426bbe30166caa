/**
 * Looks from time to time at what fills up or runs out, and has people told before it is too late: journals and dead letters
 * near their caps, records that were dropped, and records that will soon be too old for the destination.
 *
 * It also knows the rate at which records come in, from two looks, and so how long the room lasts.
 */
import type { Alerts, Backlog } from "../alert/alert.js";
import type { AcceptanceWindow } from "../batch/limits.js";
import type { Waiting } from "../buffer/buffer.js";
import type { Told } from "./told.js";

/** From this share of a cap on people are told. */
const NEAR = 0.8;
/** A journal of few segments takes most of its cap at once, so what waits in it counts as well. */
const WAITING_NEAR = 0.5;
/** How long before the destination takes a record no more. */
const EXPIRING_MS = 3 * 86_400_000;

/** One writer's journal, as it is seen from outside. */
export interface JournalLook {
  readonly writer: string;
  readonly service: string;
  readonly dir: string;
  readonly bytes: number;
  /** Undefined where the writer is gone. */
  readonly bytesMax: number | undefined;
  readonly waiting: Waiting;
  /** Records that never got into it, by cause, since it was made. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** What the buffer holds at one moment. */
export interface Look {
  readonly journals: readonly JournalLook[];
  /** Bytes that this shipper has delivered so far. */
  readonly deliveredBytes: number;
  /** How long the room of a store lasts, where that is what fills up. */
  readonly storeRoomMs?: number | undefined;
}

export interface LookoutOptions {
  readonly alerts: Alerts;
  readonly sink: string;
  readonly window: AcceptanceWindow | undefined;
  readonly deadLetters: { readonly dir: string; readonly bytes: number; readonly bytesMax: number };
  readonly now: () => number;
  readonly look: () => Look;
  /** How many records each writer has dropped by each cause, as far as people were told. */
  readonly toldDrops: { read(): Told; write(told: Told): void };
}

interface Flow {
  readonly atMs: number;
  /** What waits and what was delivered: grows by what comes in. */
  readonly bytes: number;
}

export class Lookout {
  readonly #options: LookoutOptions;
  #flow: Flow | undefined;
  #bytesPerMs = 0;

  constructor(options: LookoutOptions) {
    this.#options = options;
  }

  /** What waits now, for an alert. */
  backlog(): Backlog {
    return this.#backlogOf(this.#options.look());
  }

  /** To be called every few seconds. Returns what it saw. */
  look(): Look {
    const { alerts, deadLetters, now } = this.#options;
    const look = this.#options.look();
    this.#measure(look, now());
    const backlog = this.#backlogOf(look);
    for (const { service, dir, bytes, bytesMax, waiting } of look.journals) {
      if (bytesMax !== undefined && bytes >= NEAR * bytesMax && waiting.bytes >= WAITING_NEAR * bytesMax) {
        alerts.tell({ kind: "journal-space", service, dir, bytes, bytesMax, backlog });
      }
    }
    if (deadLetters.bytes >= NEAR * deadLetters.bytesMax) {
      const { dir, bytes, bytesMax } = deadLetters;
      alerts.tell({ kind: "dead-letter-space", dir, bytes, bytesMax });
    }
    this.#tellDrops(look);
    this.#tellExpiring(backlog);
    return look;
  }

  #tellDrops({ journals }: Look): void {
    const before = this.#options.toldDrops.read();
    const told = new Map<string, number>();
    for (const { writer, service, dropped } of journals) {
      for (const [cause, records] of Object.entries(dropped)) {
        const key = `${writer} ${cause}`;
        const more = records - (before.get(key) ?? 0);
        told.set(key, records);
        if (more > 0) {
          this.#options.alerts.tell({ kind: "drops", service, cause, records: more });
        }
      }
    }
    // Written only when it is news: most writers never drop anything.
    if (told.size !== before.size || [...told].some(([key, records]) => before.get(key) !== records)) {
      this.#options.toldDrops.write(told);
    }
  }

  #tellExpiring(backlog: Backlog): void {
    const { alerts, sink, window, now } = this.#options;
    const { oldestMs } = backlog;
    if (window === undefined || oldestMs === undefined) {
      return;
    }
    const edgeMs = oldestMs + window.pastMsMax;
    if (edgeMs - now() < EXPIRING_MS) {
      alerts.tell({ kind: "expiring", sink, oldestMs, edgeMs, backlog });
    }
  }

  #measure(look: Look, atMs: number): void {
    const waiting = look.journals.reduce((sum, journal) => sum + journal.waiting.bytes, 0);
    const bytes = waiting + look.deliveredBytes;
    if (this.#flow !== undefined && atMs > this.#flow.atMs) {
      this.#bytesPerMs = Math.max(0, (bytes - this.#flow.bytes) / (atMs - this.#flow.atMs));
    }
    this.#flow = { atMs, bytes };
  }

  #backlogOf({ journals, storeRoomMs }: Look): Backlog {
    let records = 0;
    let bytes = 0;
    let room = 0;
    let oldestMs: number | undefined;
    for (const { waiting, bytesMax } of journals) {
      records += waiting.records;
      bytes += waiting.bytes;
      room += bytesMax === undefined ? 0 : Math.max(0, bytesMax - waiting.bytes);
      if (waiting.oldestMs !== undefined) {
        oldestMs = Math.min(oldestMs ?? Number.POSITIVE_INFINITY, waiting.oldestMs);
      }
    }
    const roomMs = this.#bytesPerMs > 0 && room > 0 ? Math.round(room / this.#bytesPerMs) : undefined;
    return { records, bytes, oldestMs, roomMs: storeRoomMs ?? roomMs };
  }
}
