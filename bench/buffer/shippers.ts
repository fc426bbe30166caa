/** How fast shippers that share a store empty it into a cloud that takes its time. */

import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openStore } from "../../src/buffer/redis/client.js";
import { Keys } from "../../src/buffer/redis/keys.js";
import { PARTITIONS_DEFAULT } from "../../src/buffer/redis/partitions.js";
import type { Store } from "../../src/buffer/redis/store.js";
import { runChild } from "../lib/child.js";
import { startShipper } from "../ship/shipper.js";
import type { Usage } from "../ship/usage.js";
import { withCloud } from "../ship/with-cloud.js";
import type { Forwarded, ForwardOrder } from "./forward.js";

/** Writers fill all partitions of the store, more or less. */
export const WRITERS = 64;
export const SHIPPERS = [1, 2, 4] as const;
export const LATENCY_MS = 300;
/** Batches on their way at once, of each shipper: few enough that waiting is what limits it, and the default. */
export const IN_FLIGHT = [2, 48] as const;

const LOOK_MS = 100;
const PARTITIONS = Array.from({ length: PARTITIONS_DEFAULT }, (_, number) => number);

export interface Shipped {
  readonly shippers: number;
  readonly inFlight: number;
  readonly round: number;
  readonly records: number;
  readonly seconds: number;
  /** Of all shippers together. */
  readonly cpuSeconds: number;
  readonly forwarderCpuSeconds: number;
  readonly cloudCpuSeconds: number;
  /** Of what all processors could have done meanwhile. */
  readonly processorsShare: number;
  /** Of the shipper that took most. */
  readonly rssPeakBytes: number;
  readonly recordsPerRequest: number;
  /** At the stand-in, of all shippers together. */
  readonly inFlightPeak: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
}

/** What the records leave for: the strict stand-in after a while, or one that costs next to nothing, at once. */
const CLOUDS = {
  distant: { kind: "strict", latencyMs: LATENCY_MS },
  near: { kind: "lean", latencyMs: 0 },
} as const;

export interface ShippersOrder {
  readonly url: string;
  readonly cloud: keyof typeof CLOUDS;
  /** An empty folder. */
  readonly root: string;
  /** A folder of journals that may be forwarded, once. */
  readonly backlogDir: string;
  readonly expected: Readonly<Record<string, number>>;
}

/** Fills the store, which is empty, and has it emptied meanwhile by shippers that share it already. */
export async function shipBy(
  shippers: number,
  inFlight: number,
  { url, cloud, root, backlogDir, expected }: ShippersOrder,
): Promise<Omit<Shipped, "round">> {
  const records = Object.values(expected).reduce((sum, count) => sum + count, 0);
  const flags = ["--buffer", url, "--interval", "10ms", "--in-flight-max", String(inFlight)];
  const run = async (cloudUrl: string): Promise<{ usages: Usage[]; forwarder: Forwarded | undefined }> => {
    let forwarder: Forwarded | undefined;
    const running = Array.from({ length: shippers }, (_, n) =>
      startShipper(join(root, `shipper-${n}`), cloudUrl, flags),
    );
    const ended = Promise.all(running.map((shipper) => shipper.ended));
    const emptied = async (): Promise<void> => {
      await untilShared(url, shippers);
      const order: ForwardOrder = { dir: backlogDir, laterDir: undefined, url, codec: "auto" };
      forwarder = await runChild<Forwarded>(new URL("./forward.js", import.meta.url), order);
      await untilEmpty(url);
    };
    // One that ends before, ends for a reason.
    await Promise.race([emptied(), ended]);
    for (const shipper of running) {
      shipper.stop();
    }
    return { usages: await ended, forwarder };
  };
  const { usages, forwarder, arrived } = await withCloud({ ...CLOUDS[cloud], records }, expected, run);
  const cpuSeconds = usages.reduce((sum, usage) => sum + usage.cpuSeconds, 0);
  const { lost, duplicates, outOfOrder } = arrived.tally;
  return {
    shippers,
    inFlight,
    records,
    seconds: arrived.seconds,
    cpuSeconds,
    forwarderCpuSeconds: forwarder?.cpuSeconds ?? Number.NaN,
    cloudCpuSeconds: arrived.cpuSeconds,
    processorsShare: (cpuSeconds + arrived.cpuSeconds) / (arrived.seconds * cpus().length),
    rssPeakBytes: Math.max(...usages.map(({ rssPeakBytes }) => rssPeakBytes)),
    recordsPerRequest: records / arrived.requests,
    inFlightPeak: arrived.inFlightPeak,
    lost,
    duplicates,
    outOfOrder,
  };
}

/** Resolves when each of so many shippers holds an even share of the partitions. */
function untilShared(url: string, shippers: number): Promise<void> {
  return until(url, async (store, keys) => {
    const leases = await Promise.all(PARTITIONS.map((number) => store.get(keys.lease(number))));
    const shares = countsOf(leases.map((lease) => lease && (JSON.parse(lease) as { holder: string }).holder));
    const sizes = [...shares.values()];
    return (
      !shares.has(undefined) && sizes.length === shippers && Math.max(...sizes) - Math.min(...sizes) <= 1
    );
  });
}

function countsOf<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** Resolves when nothing waits in the store any more. */
function untilEmpty(url: string): Promise<void> {
  return until(url, async (store, keys) => {
    const lengths = await Promise.all(PARTITIONS.map((number) => store.length(keys.blocks(number))));
    return lengths.every((length) => length === 0);
  });
}

async function until(url: string, reached: (store: Store, keys: Keys) => Promise<boolean>): Promise<void> {
  const store = await openStore(url);
  while (!(await reached(store, new Keys()))) {
    await setTimeout(LOOK_MS);
  }
  await store.close();
}
