/**
 * The circuits of one sink: one for all of it, and one for each destination whose permissions are refused.
 *
 * An outage and refused credentials stop everything; a permission that is missing stops the destination it is missing for,
 * and nothing else. A destination has a circuit only while that is not closed.
 */
import type { Destination } from "../batch/batch.js";
import type { FailureCause } from "../sink/sink.js";
import { Circuit, type CircuitOptions, type Trouble } from "./circuit.js";

/**
 * Destinations with a circuit of their own; of more, the one that has waited longest is simply tried again. Of more that
 * have taken something it is told twice.
 */
const DESTINATIONS_MAX = 10_000;

export interface CircuitsOptions extends CircuitOptions {
  /** Told when sending stops; `destination` is undefined when it stops for all. */
  readonly onTrouble: (trouble: Trouble, destination: Destination | undefined) => void;
  /** Told when it goes on. */
  readonly onRecovery: (trouble: Trouble, destination: Destination | undefined) => void;
  /** Told when a destination takes something for the first time: what an earlier process met there is over. */
  readonly onFirstSuccess: (destination: Destination) => void;
}

interface Refused {
  readonly destination: Destination;
  readonly circuit: Circuit;
}

export class Circuits {
  readonly #options: CircuitsOptions;
  readonly #all: Circuit;
  /** The destinations that have taken something. */
  readonly #taking = new Set<string>();
  readonly #refused = new Map<string, Refused>();

  constructor(options: CircuitsOptions) {
    this.#options = options;
    this.#all = new Circuit(options);
  }

  /** True while nothing may be sent to any destination. */
  get isOpen(): boolean {
    return this.#all.isOpen;
  }

  /** Of the sink as a whole. */
  get state(): Circuit["state"] {
    return this.#all.state;
  }

  /** How often sending has stopped for all destinations, each try that failed meanwhile among them. */
  get openings(): number {
    return this.#all.openings;
  }

  /** True while everything may be sent, as far as the sink as a whole goes. */
  get isClosed(): boolean {
    return this.state === "closed";
  }

  /** What stops everything. */
  get trouble(): Trouble | undefined {
    return this.#all.trouble;
  }

  /** The destinations that are stopped by themselves. */
  get refused(): { readonly destination: Destination; readonly trouble: Trouble }[] {
    return [...this.#refused.values()].flatMap(({ destination, circuit }) =>
      circuit.trouble === undefined ? [] : [{ destination, trouble: circuit.trouble }],
    );
  }

  /** When what was stopped may be tried next, in ms since 1970-01-01 UTC; 0 when nothing is stopped. */
  get retryAtMs(): number {
    if (!this.isClosed || this.#refused.size === 0) {
      return this.#all.retryAtMs;
    }
    return Math.min(...[...this.#refused.values()].map(({ circuit }) => circuit.retryAtMs));
  }

  /** Whether a batch may be sent. Whoever is told so must report what came of it. */
  async permit(destination: Destination): Promise<boolean> {
    const own = this.#refused.get(nameOf(destination))?.circuit;
    if (own !== undefined && !(await own.permit())) {
      return false;
    }
    if (await this.#all.permit()) {
      return true;
    }
    own?.yield();
    return false;
  }

  /** The destination has answered: the batch is stored, or refused for its data. */
  succeeded(destination: Destination): void {
    this.#reached();
    const name = nameOf(destination);
    if (!this.#taking.has(name)) {
      if (this.#taking.size >= DESTINATIONS_MAX) {
        this.#taking.clear();
      }
      this.#taking.add(name);
      this.#options.onFirstSuccess(destination);
    }
    const refused = this.#refused.get(name);
    const over = refused?.circuit.succeeded();
    if (over !== undefined) {
      this.#refused.delete(name);
      this.#options.onRecovery(over, destination);
    }
  }

  /** A try has failed. */
  failed(destination: Destination, cause: FailureCause, detail: string): void {
    // Whatever it was, the destination's own circuit has not been closed by it.
    this.#refused.get(nameOf(destination))?.circuit.failed(cause, detail);
    if (cause === "denied") {
      this.#reached();
    } else {
      this.#tell(this.#all.failed(cause, detail));
    }
  }

  /** The verdict on a batch is to wait. */
  park(destination: Destination, cause: FailureCause, detail: string): void {
    if (cause !== "denied") {
      this.#tell(this.#all.open(cause, detail));
      return;
    }
    const trouble = this.#circuitOf(destination).open(cause, detail);
    if (trouble !== undefined) {
      this.#options.onTrouble(trouble, destination);
    }
  }

  /** What is stopped may be tried at once. */
  hurry(): void {
    this.#all.hurry();
    for (const { circuit } of this.#refused.values()) {
      circuit.hurry();
    }
  }

  /** The sink as a whole answers. */
  #reached(): void {
    const over = this.#all.succeeded();
    if (over !== undefined) {
      this.#options.onRecovery(over, undefined);
    }
  }

  #tell(trouble: Trouble | undefined): void {
    if (trouble !== undefined) {
      this.#options.onTrouble(trouble, undefined);
    }
  }

  #circuitOf(destination: Destination): Circuit {
    const name = nameOf(destination);
    const known = this.#refused.get(name);
    if (known !== undefined) {
      return known.circuit;
    }
    if (this.#refused.size >= DESTINATIONS_MAX) {
      this.#refused.delete(this.#refused.keys().next().value!);
    }
    const circuit = new Circuit(this.#options);
    this.#refused.set(name, { destination, circuit });
    return circuit;
  }
}

function nameOf({ group, stream }: Destination): string {
  return `${group}:${stream}`;
}
