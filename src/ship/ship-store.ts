/**
 * `dragonlog ship` of a store. Many share one; each also forwards what applications of its machine have left behind: first
 * into the store, then out of it like everything else.
 */

import type { ParsedOptions } from "../config/options.js";
import type { BufferPlace } from "../config/places.js";
import { systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import { inOneLine } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { deliver, report, say } from "./deliver.js";
import type { OpenPage } from "./page.js";
import { nothingRemains, type Remains, readRemains } from "./remains.js";

type ShipOptions = ParsedOptions<"ship">;
type StoreShipOptions = ShipOptions & { readonly buffer: BufferPlace & { readonly kind: "redis" } };

/** Journals of this machine that are bound for the store and that nobody forwards any more: forward/leftovers.ts. */
export interface Leftovers {
  /** What they are meant for, as `WriterInfo.shipper`. */
  readonly name: string;
  /** Forwards them until `stop`. */
  run(stop: AbortSignal): Promise<void>;
  /**
   * Puts them into the store, and lets go of what is delivered from there. True when all of them are in; false when the store
   * is in the way, or `abort` came first.
   */
  store(abort: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export type OpenLeftovers = (
  options: StoreShipOptions,
  onTrouble: (error: DragonlogError) => void,
) => Promise<Leftovers>;

/** How long the end may take to let go of leftovers that are delivered. */
const LET_GO_MS = 5000;

export function isOfStore(options: ShipOptions): options is StoreShipOptions {
  return options.buffer.kind === "redis";
}

/** True when nothing that was there at the end waits any more, in the store or here. */
export async function shipStore(
  options: StoreShipOptions,
  io: Io,
  { openLeftovers, openPage }: { readonly openLeftovers: OpenLeftovers; readonly openPage: OpenPage },
): Promise<boolean> {
  const leftovers = await openLeftovers(options, (error) => say(io, printable(inOneLine(error))));
  const ended = await deliver(options, io, {
    openPage,
    beside: (stop) => leftovers.run(stop),
    beforeDrain: (giveUp) => leftovers.store(giveUp),
  }).finally(() => letGo(leftovers));
  const remains = leftBehind(options, leftovers.name);
  const done = ended.done && nothingRemains(remains);
  const inStore = ended.done ? undefined : "the rest stays in the store";
  report({ ...ended, done }, remains, options, io, inStore);
  return done;
}

async function letGo(leftovers: Leftovers): Promise<void> {
  try {
    await leftovers.store(AbortSignal.timeout(LET_GO_MS));
  } finally {
    await leftovers.close();
  }
}

/** What an application of this machine forwards by itself is no matter of this one. */
function leftBehind({ buffer: { dir } }: StoreShipOptions, name: string): Remains {
  const accepts = (meantFor: string | undefined): boolean => meantFor === name;
  return readRemains(dir, systemClock.now(), { pid: process.pid, accepts });
}
