/** What the stand-in has seen. All numbers count from its start, or from the last reset. */
export interface Stats {
  /** Calls by operation, those that a fault met among them. */
  readonly calls: Readonly<Record<string, number>>;
  /** Error answers by name. */
  readonly refused: Readonly<Record<string, number>>;
  /** Calls that got no answer, by the kind of fault: `hang`, `cut`, `store-then-hang`, `store-then-cut`. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** PutLogEvents calls that were carried out, whether or not their answer was lost. */
  readonly putsAccepted: number;
  /** Events that are stored. */
  readonly eventsStored: number;
  /** Stored events of calls whose answer was lost, by a fault or because the client had gone: it may send them again. */
  readonly eventsUnanswered: number;
  /** Events that were skipped with HTTP 200 and reported in rejectedLogEventsInfo. */
  readonly eventsRejected: number;
  /** Bytes of the stored messages, without overhead; of what is kept of them with `store: "ids"`. */
  readonly bytesStored: number;
  /** How many accepted puts held how many events. */
  readonly eventsPerPut: Readonly<Record<number, number>>;
  /**
   * PutLogEvents calls that are open now: from their headers until they are carried out and their answer is sent or
   * their connection has ended.
   */
  readonly putsInFlight: number;
  /** The most of them at once. */
  readonly putsInFlightPeak: number;
}

export class StatsCounter {
  #calls = new Map<string, number>();
  #refused = new Map<string, number>();
  #unanswered = new Map<string, number>();
  #eventsPerPut = new Map<number, number>();
  #putsAccepted = 0;
  #eventsStored = 0;
  #eventsUnanswered = 0;
  #eventsRejected = 0;
  #bytesStored = 0;
  #putsInFlight = 0;
  #putsInFlightPeak = 0;

  called(operation: string): void {
    increment(this.#calls, operation);
  }

  refused(error: string): void {
    increment(this.#refused, error);
  }

  unanswered(kind: string): void {
    increment(this.#unanswered, kind);
  }

  get eventsStored(): number {
    return this.#eventsStored;
  }

  answerLost(eventsStored: number): void {
    this.#eventsUnanswered += eventsStored;
  }

  putStarted(): void {
    this.#putsInFlight += 1;
    this.#putsInFlightPeak = Math.max(this.#putsInFlightPeak, this.#putsInFlight);
  }

  putEnded(): void {
    this.#putsInFlight -= 1;
  }

  putAccepted(events: number, stored: number, bytes: number): void {
    this.#putsAccepted += 1;
    this.#eventsStored += stored;
    this.#eventsRejected += events - stored;
    this.#bytesStored += bytes;
    increment(this.#eventsPerPut, events);
  }

  snapshot(): Stats {
    return {
      calls: Object.fromEntries(this.#calls),
      refused: Object.fromEntries(this.#refused),
      unanswered: Object.fromEntries(this.#unanswered),
      putsAccepted: this.#putsAccepted,
      eventsStored: this.#eventsStored,
      eventsUnanswered: this.#eventsUnanswered,
      eventsRejected: this.#eventsRejected,
      bytesStored: this.#bytesStored,
      eventsPerPut: Object.fromEntries(this.#eventsPerPut),
      putsInFlight: this.#putsInFlight,
      putsInFlightPeak: this.#putsInFlightPeak,
    };
  }

  /** Starts over; what is in flight stays counted as such. */
  reset(): void {
    for (const counts of [this.#calls, this.#refused, this.#unanswered, this.#eventsPerPut]) counts.clear();
    this.#putsAccepted = 0;
    this.#eventsStored = 0;
    this.#eventsUnanswered = 0;
    this.#eventsRejected = 0;
    this.#bytesStored = 0;
    this.#putsInFlightPeak = this.#putsInFlight;
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
