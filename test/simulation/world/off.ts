/** How each mechanism is switched off: most by another edge, those inside the shipper by another method of its parts. */
import type { Batch } from "../../../src/batch/batch.js";
import { Circuit } from "../../../src/ship/circuit.js";
import { Delivery, type RetryPolicy } from "../../../src/ship/delivery.js";
import { InFlight } from "../../../src/ship/in-flight.js";
import { LargeRecords } from "../../../src/ship/large-records.js";
import type { Sink } from "../../../src/sink/sink.js";
import type { Mechanism, Switches } from "./mechanisms.js";

export const POLICY: RetryPolicy = { tries: 3, splitWays: 4, backoff: { baseMs: 50, maxMs: 2000 } };

export function brokenPolicy(off: Switches): RetryPolicy {
  return off.has("tries") ? { ...POLICY, tries: POLICY.tries + 1 } : POLICY;
}

export function brokenSink(sink: Sink, off: Switches, acknowledge: (batch: Batch) => void): Sink {
  if (off.size === 0) return sink;
  return {
    ...sink,
    async send(batch, signal) {
      if (off.has("wait for the answer")) acknowledge(batch);
      const answer = await sink.send(batch, signal);
      if (answer.verdict === "delivered") return answer;
      const { error, cause } = answer;
      if (cause === "data" && off.has("poison stands alone")) {
        const refused = batch.items.map((_, index) => ({
          index,
          reason: "invalid" as const,
          detail: error.message,
        }));
        return { verdict: "delivered", refused };
      }
      return off.has("outage is no fault of data") ? { verdict: "split", cause: "data", error } : answer;
    },
  };
}

/** The methods that are put in place of those of the shipper's parts. */
const PATCHES: Partial<Record<Mechanism, () => () => void>> = {
  after: () =>
    replace(
      InFlight.prototype,
      "add",
      (add) =>
        function (this: InFlight, batch: Batch) {
          return add.call(this, { ...batch, after: [] });
        },
    ),
  "leave behind": () =>
    replace(
      Delivery.prototype,
      "deliver",
      (deliver) =>
        async function (this: Delivery, batch: Batch, signal: AbortSignal) {
          await deliver.call(this, batch, signal);
          return true;
        },
    ),
  "parts stored": () => replace(LargeRecords.prototype, "pending", () => (items) => items),
  circuit: () => replace(Circuit.prototype, "permit", () => async () => true),
};

/** Runs `work` with the parts of the shipper as these switches leave them. */
export async function withPatches<T>(off: Switches, work: () => Promise<T>): Promise<T> {
  const restores = [...off].flatMap((mechanism) => PATCHES[mechanism]?.() ?? []);
  try {
    return await work();
  } finally {
    for (const restore of restores) restore();
  }
}

function replace<T, K extends keyof T>(
  prototype: T,
  name: K,
  replacement: (original: T[K]) => T[K],
): () => void {
  const original = prototype[name];
  prototype[name] = replacement(original);
  return () => {
    prototype[name] = original;
  };
}
