/**
 * What is stored in the cloud and not known here to be delivered: what may be sent a second time. To be asked when nothing is
 * on its way any more of what is asked for; what was in flight when a shipper died is carried out all the same.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AcknowledgedRanges } from "../../../src/buffer/ranges.js";
import { openStore } from "../../../src/buffer/redis/client.js";
import { readDelivered } from "../../../src/buffer/redis/delivered.js";
import { DeliveredFile } from "../../../src/buffer/redis/delivered-file.js";
import { Keys } from "../../../src/buffer/redis/keys.js";
import { leaseHolderIn } from "../../../src/buffer/redis/partition-lease.js";
import { partitionOf } from "../../../src/buffer/redis/partition-of.js";
import type { Store } from "../../../src/buffer/redis/store.js";
import { readCursor } from "../../../src/journal/cursor.js";
import { systemClock } from "../../../src/system/clock.js";
import type { RedisServer } from "../../harness/redis-server.js";
import type { StandIn } from "./stand-in.js";

const PARTITIONS = 16;
const KEYS = new Keys();

/** By writer. A writer that it does not hold has nothing that is delivered. */
export type Known = ReadonlyMap<string, AcknowledgedRanges>;

/** Of the writers, or of all. */
export async function inDoubt(cloud: StandIn, known: Known, writers?: readonly string[]): Promise<number> {
  const { writers: stored } = await cloud.tally({});
  return Object.entries(stored)
    .filter(([writer]) => writers === undefined || writers.includes(writer))
    .reduce((sum, [writer, { distinct }]) => sum + Math.max(0, distinct - sizeOf(known.get(writer))), 0);
}

/** What the cursors of the journals say, which are told of it on the way back. A journal that is gone was delivered. */
export function knownToJournals(dir: string, writers: readonly string[]): Known {
  return new Map(
    writers.map((writer) => {
      const journal = join(dir, writer);
      if (!existsSync(journal)) {
        return [writer, new AcknowledgedRanges(Number.MAX_SAFE_INTEGER)];
      }
      const { next, beyond } = readCursor(journal);
      return [
        writer,
        new AcknowledgedRanges(
          next,
          beyond.map(([from, to]) => ({ from, to })),
        ),
      ];
    }),
  );
}

/** What stands in the store, and in the folders of shippers who will be there to tell. */
export async function knownToShippers(url: string, dirs: readonly string[] = []): Promise<Known> {
  const known = new Map<string, AcknowledgedRanges>();
  const learn = (writer: string, { contiguous, beyond }: AcknowledgedRanges): void => {
    const ranges = known.get(writer) ?? new AcknowledgedRanges();
    known.set(writer, ranges);
    for (const range of [{ from: 0, to: contiguous - 1 }, ...beyond]) {
      ranges.add(range);
    }
  };
  const learnAll = (delivered: ReadonlyMap<string, AcknowledgedRanges>): void => {
    for (const [writer, ranges] of delivered) {
      learn(writer, ranges);
    }
  };
  await withStore(url, async (store) => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      learnAll(readDelivered(await store.getFields(KEYS.delivered(partition))));
    }
  });
  for (const dir of dirs.flatMap(deliveredFolders)) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      learnAll(new DeliveredFile(dir, partition, systemClock, () => {}).read());
    }
  }
  return known;
}

/** Those among the writers whose partitions that process holds. */
export async function writersHeldBy(url: string, pid: number, writers: readonly string[]): Promise<string[]> {
  return withStore(url, async (store) => {
    const leases = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) => store.get(KEYS.lease(partition))),
    );
    return writers.filter((writer) => leaseHolderIn(leases[partitionOf(writer, PARTITIONS)])?.pid === pid);
  });
}

/** The stream where the writer's blocks lie. */
export function streamOf(writer: string): string {
  return KEYS.blocks(partitionOf(writer, PARTITIONS));
}

/** How many blocks wait in the store, in the streams of these writers. */
export async function blocksIn(server: RedisServer, writers: readonly string[]): Promise<number> {
  const streams = [...new Set(writers.map(streamOf))];
  const lengths = await Promise.all(streams.map((stream) => server.command("XLEN", stream)));
  return lengths.reduce<number>((sum, length) => sum + Number(length), 0);
}

async function withStore<T>(url: string, ask: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url);
  try {
    return await ask(store);
  } finally {
    await store.close();
  }
}

/** One for each store that the shipper of the folder has emptied. */
function deliveredFolders(dir: string): string[] {
  const all = join(dir, "delivered");
  return existsSync(all) ? readdirSync(all).map((name) => join(all, name)) : [];
}

function sizeOf(ranges: AcknowledgedRanges = new AcknowledgedRanges()): number {
  return ranges.beyond.reduce((sum, { from, to }) => sum + to - from + 1, ranges.contiguous);
}
