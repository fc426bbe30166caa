/**
 * What applications of this machine have left in journals that are bound for a store, and that no forwarder of theirs serves
 * any more: one that crashed and was not started again. Whoever is here with another job, a shipper or `dragonlog flush`,
 * forwards it. A journal whose application lives is reserved for that one's own forwarder, and not touched.
 */
import type { BufferPlace } from "../config/places.js";
import type { Leftovers } from "../ship/ship-store.js";
import type { DragonlogError } from "../system/errors.js";
import { every } from "../system/every.js";
import { type ForwardingOptions, openForwarder } from "./open-forwarder.js";
import { storeName } from "./store-options.js";

/** Nobody waits for what was left behind. */
const LINGER_MS = 1000;
const BLOCK_BYTES = 256 << 10;
/** How often it is looked whether trying is in vain. */
const LOOK_MS = 50;

export type LeftoverOptions = Omit<ForwardingOptions, "buffer" | "linger" | "blockBytes"> & {
  readonly buffer: BufferPlace & { readonly kind: "redis" };
};

/** Rejects as `openForwarder` does. */
export async function openLeftovers(
  options: LeftoverOptions,
  onTrouble: (error: DragonlogError) => void,
): Promise<Leftovers> {
  const { forwarder, close } = await openForwarder(
    { ...options, linger: LINGER_MS, blockBytes: BLOCK_BYTES },
    { onTrouble },
  );
  return {
    name: storeName(options.buffer.url),
    close,
    run: (stop) => forwarder.run(stop),
    async store(abort) {
      const end = new AbortController();
      const giveUp = (): void => end.abort();
      abort.addEventListener("abort", giveUp);
      // The first turn is made in any case, and tells whether there is trouble still.
      const stopLooking = every(LOOK_MS, () => forwarder.trouble !== undefined && giveUp());
      try {
        return await forwarder.drain(abort.aborted ? abort : end.signal);
      } finally {
        stopLooking();
        abort.removeEventListener("abort", giveUp);
      }
    },
  };
}
