/**
 * Carries out one call: quota, operation, counters. What goes wrong on the way to it and back (HTTP, signatures,
 * faults) is the server's matter.
 */
import { AwsError, throttled } from "./aws-error.js";
import type { ServedFault } from "./faults.js";
import { LogStore } from "./log-store.js";
import type { Request } from "./members.js";
import { operations } from "./operations/index.js";
import { putLogEvents } from "./operations/put-log-events.js";
import { Quotas } from "./quotas.js";
import { StatsCounter } from "./stats.js";

export const putOperation = "PutLogEvents";
const targetPrefix = "Logs_20140328.";

export interface ServiceOptions {
  readonly now: () => number;
  readonly keep: "full" | "ids";
  readonly quotasPerSecond: Readonly<Record<string, number>>;
}

export class Service {
  readonly store = new LogStore();
  readonly stats = new StatsCounter();
  readonly #quotas: Quotas;
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#quotas = new Quotas(options.quotasPerSecond);
  }

  /** Returns the answer's body; throws an AwsError. */
  call(operation: string, request: Request, region: string, fault?: ServedFault): object {
    const now = this.#options.now();
    if (!this.#quotas.take(operation, now)) throw throttled();
    const context = {
      store: this.store,
      now,
      region,
      keep: this.#options.keep,
      ...(fault !== undefined && { fault }),
    };
    if (operation === putOperation) {
      const { answer, events, stored, storedBytes } = putLogEvents(request, context);
      this.stats.putAccepted(events, stored, storedBytes);
      return answer;
    }
    return operations.get(operation)!(request, context);
  }

  reset(): void {
    this.store.clear();
    this.stats.reset();
    this.#quotas.clear();
  }
}

/** The operation that `X-Amz-Target` names. */
export function operationOf(target: string | undefined): string {
  const name = target?.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : undefined;
  if (name === undefined || !(name === putOperation || operations.has(name))) {
    throw new AwsError("UnknownOperationException", "The operation is not known.");
  }
  return name;
}
