/**
 * A destination as strict as CloudWatch Logs, with small limits, so that few records fill many batches. Its streams are read
 * by timestamp and, inside a millisecond, in order of arrival; or, as the files of a directory, in order of arrival alone.
 *
 *     send ──request──► carried out, or not ──answer──► the shipper
 *        └── each with a latency of its own, so that requests overtake each other
 *
 * Rules that a single request can break are checked here, when it is sent or carried out; what only the whole shows is
 * judged by `verdict.ts`.
 */
import { asPart } from "../../../src/batch/as-part.cases.js";
import { type Batch, type Item, recordOf } from "../../../src/batch/batch.js";
import type { BatchLimits } from "../../../src/batch/limits.js";
import { judgeTime } from "../../../src/batch/time-window.js";
import { eventIdOf } from "../../../src/record/line-id.js";
import { ReadBackError } from "../../../src/sink/read-back-error.js";
import type {
  Answer,
  FailureCause,
  ReadEvent,
  ReadQuery,
  RefusedRecord,
  Sink,
} from "../../../src/sink/sink.js";
import type { Chance } from "./chance.js";
import type { Life } from "./life.js";
import { idOf, type Logged } from "./logged.js";
import type { SimClock } from "./sim-clock.js";
import type { Violations } from "./verdict.js";
import { type Luck, luckIn, type Phase, weatherAt } from "./weather.js";

const QUICK_MS = 40;
const SLOW_MS = 800;
const SLOW_SHARE = 0.05;
/** After this the client gives up on a request. */
const REQUEST_TIMEOUT_MS = 1000;
/** How long after that a request may still be carried out. */
const LATE_MS = 1500;

/** The stream for which `denied` weather holds. */
const DENIED_STREAM = "service-0";

export interface StoredEvent extends ReadEvent {
  readonly id: string;
}

/** One request, as the cloud and the network know it. */
export interface Request {
  readonly life: Life;
  /** Of its events, as `itemId` gives them. */
  readonly ids: readonly string[];
  readonly messages: readonly string[];
  /** Sent to see whether an outage is over. */
  isProbe: boolean;
  state: "under way" | "answered" | "lost";
  /** What was carried out of it. */
  readonly stored: Set<string>;
}

export interface SimCloudOptions {
  readonly clock: SimClock;
  readonly chance: Chance;
  readonly limits: BatchLimits;
  readonly window?: Sink["window"];
  /** Default: true. */
  readonly sortsByTimestamp?: boolean;
  readonly phases: readonly Phase[];
  readonly logged: Logged;
  readonly violations: Violations;
}

export class SimCloud {
  /** By stream, in order of arrival. */
  readonly streams = new Map<string, StoredEvent[]>();
  /** The requests that held an event, by its id. */
  readonly requestsOf = new Map<string, Request[]>();
  readonly stats = { requests: 0, lost: 0, underWayPeak: 0 };
  #underWay = 0;
  readonly #options: SimCloudOptions;
  readonly #startMs: number;

  constructor(options: SimCloudOptions) {
    this.#options = options;
    this.#startMs = options.clock.now();
  }

  get limits(): BatchLimits {
    return this.#options.limits;
  }

  get sortsByTimestamp(): boolean {
    return this.#options.sortsByTimestamp ?? true;
  }

  /** The network between one shipper and the cloud. `onSend` is told of each request, `onAnswer` of each that arrives. */
  sinkFor(
    life: Life,
    onSend: (batch: Batch, request: Request) => void,
    onAnswer: (batch: Batch, request: Request, answer: Answer | undefined) => void,
  ): Sink {
    const { limits, window } = this.#options;
    return {
      name: "cloud",
      limits,
      window,
      sortsByTimestamp: this.sortsByTimestamp,
      readBack: { read: (query) => this.#readBack(life, query) },
      send: (batch, signal) =>
        new Promise((resolve, reject) => {
          life.step("send", () => {
            const request = this.#request(life, batch);
            onSend(batch, request);
            this.#carry(batch, request, signal, (answer) => {
              life.step("answer", () => {
                onAnswer(batch, request, answer);
                if (answer === undefined) reject(new Error("the sink has a defect"));
                else resolve(answer);
              });
            });
          });
        }),
      close: async () => {},
    };
  }

  /** What a reader of the stream sees. */
  read(stream: string): StoredEvent[] {
    const events = this.streams.get(stream) ?? [];
    // Sorting is stable: what shares a millisecond stays in order of arrival.
    return this.sortsByTimestamp ? events.toSorted((a, b) => a.timestamp - b.timestamp) : events;
  }

  /** Has the weather of its moment, but no lost answers: a read that gets none is tried again by whoever reads. */
  async *#readBack(
    life: Life,
    { group, stream, fromMs, toMs }: ReadQuery,
  ): AsyncGenerator<readonly ReadEvent[]> {
    const { clock, chance, phases } = this.#options;
    await new Promise<void>((resolve) => {
      clock.after(this.#latency(), () => life.step("look up", resolve));
    });
    const luck = luckIn(weatherAt(phases, clock.now() - this.#startMs), stream === DENIED_STREAM, chance);
    if (luck.kind !== "answered") {
      throw new ReadBackError(luck.kind === "refused" ? luck.cause : "network", "it cannot be read", "Wait.");
    }
    yield this.read(`${group}:${stream}`).filter(({ timestamp }) => timestamp >= fromMs && timestamp <= toMs);
  }

  #request(life: Life, batch: Batch): Request {
    this.stats.requests++;
    this.#checkShape(batch);
    const ids = batch.items.map(itemId);
    // What is under way is a copy: the sender may use its memory again when it has given up.
    const messages = batch.items.map(({ bytes, start, end }) => bytes.toString("utf8", start, end));
    const request: Request = { life, ids, messages, isProbe: false, state: "under way", stored: new Set() };
    for (const id of ids) {
      const requests = this.requestsOf.get(id);
      if (requests === undefined) this.requestsOf.set(id, [request]);
      else requests.push(request);
    }
    return request;
  }

  /** Plays the way there and back. `answer` is told once, with undefined for a defect of the sink. */
  #carry(
    batch: Batch,
    request: Request,
    signal: AbortSignal,
    answer: (answer: Answer | undefined) => void,
  ): void {
    const { clock, phases, chance } = this.#options;
    const { stream } = batch.destination;
    let answered = false;
    const once = (state: "answered" | "lost", what: Answer | undefined): void => {
      if (answered) return;
      answered = true;
      signal.removeEventListener("abort", cut);
      this.#underWay--;
      request.state = state;
      if (state === "lost") this.stats.lost++;
      answer(what);
    };
    this.#underWay++;
    this.stats.underWayPeak = Math.max(this.stats.underWayPeak, this.#underWay);
    const cut = (): void => once("lost", failure("network"));
    signal.addEventListener("abort", cut);
    clock.after(this.#latency(), () => {
      const weather = weatherAt(phases, clock.now() - this.#startMs);
      const luck = luckIn(weather, stream === DENIED_STREAM, chance);
      this.#arrive(batch, request, luck, once);
    });
  }

  #arrive(
    batch: Batch,
    request: Request,
    luck: Luck,
    once: (state: "answered" | "lost", answer: Answer | undefined) => void,
  ): void {
    const { clock, chance } = this.#options;
    switch (luck.kind) {
      case "defect":
        once("answered", undefined);
        return;
      case "refused":
        clock.after(this.#latency(), () => once("answered", failure(luck.cause)));
        return;
      case "lost": {
        const giveUpMs = luck.cause === "timeout" ? REQUEST_TIMEOUT_MS : chance.between(0, QUICK_MS);
        const lateMs = luck.late ? giveUpMs + chance.between(1, LATE_MS) : 0;
        if (luck.stored) clock.after(lateMs, () => void this.#carryOut(batch, request));
        clock.after(giveUpMs, () => once("lost", failure(luck.cause)));
        return;
      }
      case "answered": {
        const answer = this.#carryOut(batch, request);
        clock.after(this.#latency(), () => once("answered", answer));
      }
    }
  }

  /** What the service does with a request that reaches it. */
  #carryOut(batch: Batch, request: Request): Answer {
    const { clock, window, logged } = this.#options;
    const { items } = batch;
    if (items.some((item) => logged.records.get(idOf(recordOf(item)))?.fate === "poison")) {
      return POISONED;
    }
    const refused: RefusedRecord[] = [];
    const { group, stream } = batch.destination;
    const name = `${group}:${stream}`;
    const events = this.streams.get(name) ?? [];
    this.streams.set(name, events);
    items.forEach((item, index) => {
      const time = window === undefined ? "ok" : judgeTime(item.timestamp, clock.now(), window, 0);
      if (time !== "ok") {
        refused.push({ index, reason: time, detail: "outside of the window" });
      } else if (logged.records.get(idOf(recordOf(item)))?.fate === "rejected") {
        refused.push({ index, reason: "invalid", detail: "rejected" });
      } else {
        const message = request.messages[index]!;
        const id = request.ids[index]!;
        events.push({ id, stream: name, timestamp: item.timestamp, message });
        request.stored.add(id);
      }
    });
    return { verdict: "delivered", refused, requestId: "r" };
  }

  /** PutLogEvents refuses a batch that breaks one of these as a whole. */
  #checkShape({ items, bytes }: Batch): void {
    const { limits, violations } = this.#options;
    const { eventsMax, bytesMax, eventBytesMax, eventOverheadBytes, spanMsMax } = limits;
    let sum = 0;
    for (const { start, end } of items) {
      sum += end - start + eventOverheadBytes;
      if (end - start > eventBytesMax) violations.add("limits", `an event of ${end - start} bytes is sent`);
    }
    for (let i = 1; i < items.length; i++) {
      if (items[i]!.timestamp < items[i - 1]!.timestamp) violations.add("limits", "a batch is not in order");
    }
    const span = items.length === 0 ? 0 : items.at(-1)!.timestamp - items[0]!.timestamp;
    if (items.length === 0) violations.add("limits", "an empty batch is sent");
    if (items.length > eventsMax) violations.add("limits", `a batch of ${items.length} events is sent`);
    if (sum > bytesMax) violations.add("limits", `a batch of ${sum} bytes is sent`);
    if (Math.abs(sum - bytes) > 0.5)
      violations.add("limits", `a batch of ${sum} bytes says that it has ${bytes}`);
    if (span > spanMsMax) violations.add("limits", `a batch spans ${span} ms`);
  }

  #latency(): number {
    const { chance } = this.#options;
    return chance.between(0, chance.happens(SLOW_SHARE) ? SLOW_MS : QUICK_MS);
  }
}

/** Made once: an error costs more than the rest of a request. */
const FAILURES = new Map<FailureCause, Answer>();
const POISONED: Answer = {
  verdict: "split",
  cause: "data",
  error: new Error("a record is poison"),
  requestId: "r",
};

function failure(cause: FailureCause): Answer {
  const known = FAILURES.get(cause) ?? { verdict: "retry", cause, error: new Error(`it is ${cause}`) };
  FAILURES.set(cause, known);
  return known;
}

/** The item's event, by the place of its record in the buffer. */
function itemId(item: Item): string {
  const { part, parts } = asPart(item);
  const { writer, seq } = recordOf(item);
  return eventIdOf({ writer, seq, part, parts });
}
