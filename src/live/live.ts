/**
 * Live records for a process that must not wait for those who look, such as a shipper: reading, filters, hostile regular
 * expressions, parsing and serialising happen in a thread of their own, and events come from it as finished text.
 *
 *     const live = openLive({ buffer, lists, recent });       // costs nothing: no thread yet
 *     live.view(request, {                                    // throws for a query that cannot be understood (-> 400),
 *       send: (text) => …,                                    //   and when there are too many viewers (-> 503)
 *       end: (error) => …,                                    // once, whatever ended it
 *     }, signal);                                             // abort it when the browser has gone away
 *     const line = await live.find("w-7");                    // Buffer, or undefined (-> 404)
 *     live.close();
 *
 * `text` is the JSON text of one LiveEvent (query.ts), without a line break: `data: ${text}\n\n` as a server-sent event, or
 * `${text}\n`. What `send` returns is the back-pressure: with a promise, nothing further is sent before it resolves, and soon
 * nothing is read (`response.write(…) || once(response, "drain")`); true takes it at once, false or a rejection ends the view.
 * Heartbeats are the caller's.
 *
 * The thread starts with the first viewer, ends some seconds after the last one, and does not keep the process alive. A turn that does not come back ends the
 * thread: the viewer whose filter it was is told, and the others go on in a new one where they were, without doubles.
 */
import type { BufferPlace } from "../config/places.js";
import { parseId } from "../record/line-id.js";
import { type Clock, systemClock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { compileFilter } from "./filter.js";
import { LiveViewer } from "./live-viewer.js";
import type { ErrorText, FromThread } from "./protocol.js";
import type { LiveRequest } from "./query.js";
import { type Asked, isIn, RecentPacker, type RecentRecords } from "./recent.js";
import { Thread } from "./thread.js";

const VIEWERS_MAX = 32;
const HANG_MS = 3000;
const IDLE_MS = 10_000;
/** The longest that the main thread is kept from its work at a time. */
const TURN_MS = 3;
/** A thread that dies more often in a row, without an event between, is not started again. */
const DEATHS_MAX = 3;

export interface LiveOptions {
  readonly buffer: BufferPlace;
  /** The lists of a store that are looked at, too. */
  readonly lists: readonly string[];
  /** What was delivered lately and is not in the buffer any more, where somebody keeps it. */
  readonly recent?: RecentRecords | undefined;
  readonly clock?: Clock;
  /** How long one turn over records may take. */
  readonly hangMs?: number;
  /** How long the thread stays when nobody looks any more. */
  readonly idleMs?: number;
}

export interface LiveSink {
  send(eventText: string): boolean | Promise<unknown>;
  /** Called once, when the view is over: aborted, at its end, or for this reason. */
  end(error?: DragonlogError): void;
}

export interface Live {
  /** Throws DRAGONLOG_OPTION_INVALID for the request, and DRAGONLOG_BUSY. */
  view(request: LiveRequest, sink: LiveSink, signal: AbortSignal): void;
  /** The line of a record that was delivered lately or lies in the buffer. */
  find(id: string): Promise<Buffer | undefined>;
  /** How many look at the moment. */
  readonly viewers: number;
  /** Ends all views, and the thread. */
  close(): void;
}

export function openLive(options: LiveOptions): Live {
  return new LiveViews(options);
}

interface Finding {
  readonly found: (line: Buffer | undefined) => void;
  readonly failed: (error: DragonlogError) => void;
}

class LiveViews implements Live {
  readonly #options: LiveOptions;
  readonly #clock: Clock;
  readonly #viewers = new Map<number, LiveViewer>();
  readonly #findings = new Map<number, Finding>();
  #thread: Thread | undefined;
  #cancelIdle = (): void => {};
  #lastNumber = 0;
  #deaths = 0;
  #isClosed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  view(request: LiveRequest, sink: LiveSink, signal: AbortSignal): void {
    if (this.#isClosed || this.#viewers.size >= VIEWERS_MAX) throw this.#refusal();
    // To refuse it here and now what the thread would refuse.
    compileFilter(request);
    this.#lastNumber++;
    const number = this.#lastNumber;
    const leave = (): void => {
      this.#forget(number);
      viewer.leave();
    };
    const viewer = new LiveViewer(number, request, sink, this.#clock, {
      onLeave: leave,
      onEnd: () => signal.removeEventListener("abort", leave),
    });
    this.#viewers.set(number, viewer);
    signal.addEventListener("abort", leave);
    if (signal.aborted) leave();
    else viewer.openIn(this.#needThread());
  }

  async find(id: string): Promise<Buffer | undefined> {
    const known = parseId(id);
    const recent = known && this.#options.recent?.find(known.writer, known.seq);
    if (recent !== undefined || known === undefined || this.#isClosed) return recent?.line;
    return new Promise((found, failed) => {
      this.#lastNumber++;
      this.#findings.set(this.#lastNumber, { found, failed });
      this.#needThread().post({ find: this.#lastNumber, id });
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const [number, viewer] of [...this.#viewers]) {
      this.#forget(number);
      viewer.leave();
    }
    this.#failFindings("the process ends");
    this.#endThread();
  }

  #refusal(): DragonlogError {
    return this.#isClosed
      ? new DragonlogError("DRAGONLOG_LIVE_FAILED", "nobody can look any more: it ends", "Ask again soon.")
      : new DragonlogError(
          "DRAGONLOG_BUSY",
          `${VIEWERS_MAX} look already, and no more may at once`,
          "Close a page or a tail that nobody needs, and try again.",
        );
  }

  #needThread(): Thread {
    this.#cancelIdle();
    const { buffer, lists, recent, hangMs = HANG_MS } = this.#options;
    this.#thread ??= new Thread({ buffer, lists, hasRecent: recent !== undefined }, hangMs, {
      onMessage: (message) => this.#receive(message),
      onHang: (number) => this.#hangs(number),
      onDeath: (reason) => this.#died(reason),
    });
    return this.#thread;
  }

  #receive(message: FromThread): void {
    if ("event" in message) {
      this.#deaths = 0;
      this.#viewers.get(message.event)?.receive(message);
    } else if ("wantsRecent" in message) {
      const number = message.wantsRecent;
      this.#passRecent(number, this.#thread, message.of).catch((error: unknown) => {
        // As when memory is short: it costs this viewer its view, and never the process that ships.
        this.#end(number, { message: `what was delivered lately cannot be read: ${messageOf(error)}` });
      });
    } else if ("wantsAdded" in message) {
      const { recent } = this.#options;
      const since = { added: recent?.added ?? 0, ranges: recent?.ranges(message.after) ?? [] };
      this.#thread?.post({ added: message.wantsAdded, since });
    } else if ("ended" in message) {
      this.#end(message.ended, message.error);
    } else {
      const finding = this.#findings.get(message.found);
      this.#findings.delete(message.found);
      if (message.error !== undefined) finding?.failed(errorOf(message.error));
      else finding?.found(message.line && Buffer.from(message.line));
      this.#endWhenIdle();
    }
  }

  async #passRecent(number: number, thread: Thread | undefined, of: Asked | undefined): Promise<void> {
    const packer = new RecentPacker();
    let sinceMs = performance.now();
    for (const record of this.#options.recent?.all(of?.after, of && isIn(of.ranges)) ?? []) {
      packer.add(record);
      if (performance.now() - sinceMs < TURN_MS) continue;
      await this.#clock.eventsHandled();
      if (!this.#viewers.has(number)) return;
      sinceMs = performance.now();
    }
    const packed = packer.packed();
    thread?.post({ recent: number, packed }, [packed.lines.buffer]);
  }

  #end(number: number, error?: ErrorText): void {
    const viewer = this.#viewers.get(number);
    this.#forget(number);
    viewer?.end(error && errorOf(error));
  }

  #forget(number: number): void {
    if (!this.#viewers.delete(number)) return;
    this.#thread?.post({ leave: number });
    this.#endWhenIdle();
  }

  #hangs(number: number): void {
    this.#thread = undefined;
    this.#end(number, slowFilter(this.#viewers.get(number)?.request, this.#options.hangMs ?? HANG_MS));
    this.#failFindings("the thread that looks was ended");
    this.#goOn();
  }

  #died(reason: string): void {
    this.#thread = undefined;
    this.#failFindings(reason);
    this.#deaths++;
    if (this.#deaths <= DEATHS_MAX) {
      this.#goOn();
      return;
    }
    this.#deaths = 0;
    for (const number of [...this.#viewers.keys()]) {
      this.#end(number, { message: `the thread that looks died again and again: ${reason}` });
    }
  }

  /** Those who are left, in a new thread. */
  #goOn(): void {
    for (const viewer of this.#viewers.values()) viewer.openIn(this.#needThread());
  }

  #failFindings(reason: string): void {
    for (const { failed } of this.#findings.values()) failed(errorOf({ message: reason }));
    this.#findings.clear();
  }

  #endWhenIdle(): void {
    if (this.#viewers.size > 0 || this.#findings.size > 0 || this.#thread === undefined) return;
    this.#cancelIdle();
    this.#cancelIdle = this.#clock.after(this.#options.idleMs ?? IDLE_MS, () => this.#endThread());
  }

  #endThread(): void {
    this.#cancelIdle();
    this.#thread?.end();
    this.#thread = undefined;
  }
}

function slowFilter(request: LiveRequest | undefined, hangMs: number): ErrorText {
  const expression = request?.grep ?? "the filter";
  return {
    code: "DRAGONLOG_FILTER_TOO_SLOW",
    message: `${expression} took longer than ${hangMs / 1000} s over a single record`,
    hint: "Write the regular expression without repetitions inside of repetitions, such as (a+)+.",
  };
}

function errorOf({ message, code, hint }: ErrorText): DragonlogError {
  return new DragonlogError(
    code ?? "DRAGONLOG_LIVE_FAILED",
    message,
    hint ?? "Ask again; nothing is lost by it.",
  );
}
