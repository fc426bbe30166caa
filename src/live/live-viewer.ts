/** One viewer as the main thread knows it: where its events go, and how far it is, should its thread end. */
import type { Clock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import type { LiveSink } from "./live.js";
import type { FromThread, WriterPlaces } from "./protocol.js";
import type { LiveRequest } from "./query.js";
import type { Thread } from "./thread.js";

/** Writers whose place is remembered; of more, the one that came first is forgotten. */
const WRITERS_MAX = 10_000;
/** A record may be that much older than the event that came before it. */
const RESUME_MS = 5000;

interface Hooks {
  /** Its sink wants no more. */
  readonly onLeave: () => void;
  readonly onEnd: () => void;
}

export class LiveViewer {
  readonly request: LiveRequest;
  readonly #number: number;
  readonly #sink: LiveSink;
  readonly #clock: Clock;
  readonly #hooks: Hooks;
  readonly #places = new Map<string, number>();
  /** All that was logged before is dealt with once the viewer has caught up. */
  readonly #openedMs: number;
  #thread: Thread | undefined;
  #eventAtMs = 0;
  #toldCaughtUp = false;
  #isEnded = false;
  #sending = Promise.resolve();

  constructor(number: number, request: LiveRequest, sink: LiveSink, clock: Clock, hooks: Hooks) {
    this.request = request;
    this.#number = number;
    this.#sink = sink;
    this.#clock = clock;
    this.#openedMs = clock.now();
    this.#hooks = hooks;
  }

  /** Begins, or goes on where it was. */
  openIn(thread: Thread): void {
    this.#thread = thread;
    const { last: _, ...request } = this.request;
    const sinceMs = Math.max(this.#openedMs, this.#eventAtMs - RESUME_MS);
    thread.post({
      view: this.#number,
      request: this.#toldCaughtUp ? { ...request, sinceMs } : this.request,
      after: [...this.#places],
      toldCaughtUp: this.#toldCaughtUp,
    });
  }

  receive({ text, places, caughtUp }: Extract<FromThread, { event: number }>): void {
    this.#remember(places);
    this.#toldCaughtUp ||= caughtUp;
    const thread = this.#thread;
    this.#sending = this.#sending.then(() => this.#send(text, thread));
  }

  /** Nothing further comes; what is under way is sent first. */
  end(error: DragonlogError | undefined): void {
    void this.#sending.then(() => this.leave(error));
  }

  /** Ends it now. */
  leave(error?: DragonlogError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#hooks.onEnd();
    this.#sink.end(error);
  }

  /** One after the other: the next one is sent when this one is taken. */
  async #send(text: string, thread: Thread | undefined): Promise<void> {
    if (this.#isEnded) return;
    try {
      const isTaken = await this.#sink.send(text);
      if (isTaken === false) this.#hooks.onLeave();
      else thread?.post({ taken: this.#number });
    } catch {
      this.#hooks.onLeave();
    }
  }

  #remember(places: WriterPlaces): void {
    this.#eventAtMs = this.#clock.now();
    for (const [writer, seq] of places) {
      // Again at the end of the map, so that those are forgotten which were quiet for longest.
      this.#places.delete(writer);
      this.#places.set(writer, seq);
    }
    for (const writer of this.#places.keys()) {
      if (this.#places.size <= WRITERS_MAX) break;
      this.#places.delete(writer);
    }
  }
}
