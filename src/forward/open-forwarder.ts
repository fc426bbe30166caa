/** Wires a forwarder from the journals of one folder to a store, from parsed options. */
import { createHash } from "node:crypto";
import { JournalBuffer, type JournalBufferOptions } from "../buffer/journal.js";
import { openStore } from "../buffer/redis/client.js";
import { type CodecChoice, codecFor, hasCodec } from "../buffer/redis/codec.js";
import { encodeBlock } from "../buffer/redis/encode-block.js";
import { failureOf } from "../buffer/redis/failures.js";
import { Keys } from "../buffer/redis/keys.js";
import { partitionOf } from "../buffer/redis/partition-of.js";
import { agreePartitions } from "../buffer/redis/partitions.js";
import { parseStoreUrl } from "../buffer/redis/store-url.js";
import { countIn } from "../ship/counts.js";
import { systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import { rarely } from "../system/rarely.js";
import { refuseValue } from "../system/refusal.js";
import { Forwarder } from "./forwarder.js";
import { reportForwarder } from "./report.js";

export interface ForwardingOptions {
  readonly buffer: { readonly kind: "redis"; readonly dir: string; readonly url: string };
  readonly linger: number;
  readonly blockBytes: number;
  readonly codec: CodecChoice;
}

export interface OpenForwarder {
  readonly forwarder: Forwarder;
  close(): Promise<void>;
}

/**
 * Names a store in `writer.json`, so that a later process with the same one takes over. User and password do not count: they
 * change, and the store is still the same. Throws DRAGONLOG_OPTION_INVALID for a URL that is none of a store.
 */
export function storeName(url: string): string {
  const { kind, nodes, master, database } = parseStoreUrl(url, "buffer");
  const place = JSON.stringify([kind, nodes, master, database]);
  return `store-${createHash("sha256").update(place).digest("hex").slice(0, 16)}`;
}

/** Throws DRAGONLOG_OPTION_INVALID for a codec that this Node.js does not have. */
export function checkCodec(codec: CodecChoice): void {
  if (codec !== "auto" && !hasCodec(codec)) {
    throw refuseValue("codec", codec, `auto, none or brotli with Node.js ${process.version}`);
  }
}

/**
 * Forwards the journals that are meant for the store. Rejects with what the options are refused for, and with
 * DRAGONLOG_DEPENDENCY_MISSING; a store that is away is waited for.
 */
export async function openForwarder(
  options: ForwardingOptions,
  {
    onTrouble,
    ...claim
  }: Pick<JournalBufferOptions, "holder"> & { readonly onTrouble: (error: DragonlogError) => void },
): Promise<OpenForwarder> {
  checkCodec(options.codec);
  const { dir, url } = options.buffer;
  const name = storeName(url);
  const store = await openStore(url);
  const codec = codecFor(options.codec);
  const keys = new Keys();
  const tell = rarely(onTrouble);
  const buffer = new JournalBuffer({
    dir,
    clock: systemClock,
    ...claim,
    accepts: (info) => info?.shipper === name,
    onDamage: ({ cause, records }) => countIn(forwarder.counts.failures, cause, records),
    onClaimFailure: () => countIn(forwarder.counts.failures, "journal"),
  });
  const forwarder: Forwarder = new Forwarder({
    buffer,
    store,
    keys,
    partitions: () => agreePartitions(store, keys),
    partitionOf,
    encode: (records, host, firstSeq) => encodeBlock(records, host, codec, firstSeq),
    failureOf,
    blockBytes: options.blockBytes,
    lingerMs: options.linger,
    clock: systemClock,
    random: Math.random,
    onTrouble: (error) => tell(error.code + error.message, error),
  });
  const stopReporting = reportForwarder(dir, store.name, forwarder);
  return {
    forwarder,
    async close() {
      stopReporting();
      await buffer.close();
      await store.close();
    },
  };
}
