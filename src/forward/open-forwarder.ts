/** Wires a forwarder from the journals of one folder to a store, from parsed options. */
import type { LogBuffer } from "../buffer/buffer.js";
import { JournalBuffer, type JournalBufferOptions } from "../buffer/journal.js";
import { BlockMemory } from "../buffer/redis/block-memory.js";
import { openStore } from "../buffer/redis/client.js";
import { type CodecChoice, codecFor } from "../buffer/redis/codec.js";
import { encodeBlock } from "../buffer/redis/encode-block.js";
import { failureOf } from "../buffer/redis/failures.js";
import { Keys } from "../buffer/redis/keys.js";
import { partitionOf } from "../buffer/redis/partition-of.js";
import { agreePartitions } from "../buffer/redis/partitions.js";
import type { SharedBuffer } from "../buffer/shared.js";
import { countIn } from "../ship/counts.js";
import { systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import { MemoryPool } from "../system/memory-pool.js";
import { rarely } from "../system/rarely.js";
import { ifPossible } from "../system/report-files.js";
import { Forwarder } from "./forwarder.js";
import type { OnLoss } from "./lane.js";
import { reportForwarder } from "./report.js";
import { checkCodec, storeName } from "./store-options.js";

export interface ForwardingOptions {
  readonly buffer: { readonly kind: "redis"; readonly dir: string; readonly url: string };
  readonly linger: number;
  readonly blockBytes: number;
  readonly codec: CodecChoice;
  readonly storeBytesMax: number;
}

export interface OpenForwarder {
  readonly forwarder: Forwarder;
  close(): Promise<void>;
}

/** The records of loggers that keep no journal, and who is told of what the store has lost of them. */
interface SharedRecords {
  readonly buffer: SharedBuffer;
  readonly onLoss: OnLoss;
}

/**
 * Forwards the journals that are meant for the store, or what is `shared` instead. Rejects with what the options are refused
 * for, and with DRAGONLOG_DEPENDENCY_MISSING; a store that is away is waited for.
 */
export async function openForwarder(
  options: ForwardingOptions,
  {
    onTrouble,
    shared,
    ...claim
  }: Pick<JournalBufferOptions, "holder"> & {
    readonly onTrouble: (error: DragonlogError) => void;
    readonly shared?: SharedRecords | undefined;
  },
): Promise<OpenForwarder> {
  checkCodec(options.codec);
  const { dir, url } = options.buffer;
  const name = storeName(url);
  const store = await openStore(url);
  const codec = codecFor(options.codec);
  const memory = new BlockMemory();
  const keys = new Keys();
  const tell = rarely(onTrouble);
  const journals = (): LogBuffer =>
    new JournalBuffer({
      dir,
      clock: systemClock,
      ...claim,
      // What was read is in a block before more is read.
      memory: new MemoryPool(),
      accepts: (info) => info?.shipper === name,
      onDamage: ({ cause, records }) => countIn(forwarder.counts.failures, cause, records),
      onClaimFailure: () => countIn(forwarder.counts.failures, "journal"),
    });
  const buffer = shared?.buffer ?? journals();
  const forwarder: Forwarder = new Forwarder({
    buffer,
    store,
    keys,
    partitions: () => agreePartitions(store, keys),
    partitionOf,
    encode: (records, host, firstSeq) => encodeBlock(records, host, codec, firstSeq, memory),
    release: (block) => memory.give(block),
    failureOf,
    blockBytes: options.blockBytes,
    storeBytesMax: options.storeBytesMax,
    lingerMs: options.linger,
    clock: systemClock,
    random: Math.random,
    ...(shared === undefined ? {} : { onLoss: shared.onLoss }),
    onTrouble: (error) => tell(error.code + error.message, error),
  });
  const report = (): (() => void) => reportForwarder(dir, store.name, forwarder, shared !== undefined);
  const stopReporting = shared === undefined ? report() : ifPossible(report);
  return {
    forwarder,
    async close() {
      stopReporting();
      await buffer.close();
      await store.close();
    },
  };
}
