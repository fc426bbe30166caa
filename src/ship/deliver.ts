/** One shipper from its start to its last word: it runs, drains, and says what it has done and what stays. */
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import { counted } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { formatDuration } from "../system/units.js";
import type { ShipCounts } from "./counts.js";
import { type OpenShipper, openShipper } from "./open-shipper.js";
import { type OpenPage, showPage } from "./page.js";
import { nothingRemains, type Remains, remainsInFull, remainsInShort } from "./remains.js";

type ShipOptions = ParsedOptions<"ship">;

export interface DeliverHooks {
  readonly openPage: OpenPage;
  /** Aborted when there is nothing to deliver here any more; it then ends early. */
  readonly lost?: AbortSignal;
  readonly onLost?: () => void;
  /** What is to run beside the shipper, until `stop`. */
  readonly beside?: (stop: AbortSignal) => Promise<void>;
  /** What comes before each drain; `giveUp` ends it. True when nothing is left to come. */
  readonly beforeDrain?: (giveUp: AbortSignal) => Promise<boolean>;
}

export interface Ended {
  readonly counts: ShipCounts;
  /** Nothing that was there at the end waits any more. */
  readonly done: boolean;
}

/** Resolves when the shipper is closed. */
export async function deliver(options: ShipOptions, io: Io, hooks: DeliverHooks): Promise<Ended> {
  const { lost, onLost = () => {}, beside = async () => {} } = hooks;
  const open = await openShipper(options, {
    onTrouble: (what, consequence) => say(io, printable(`${what}; ${consequence}`)),
  });
  lost?.addEventListener("abort", () => {
    onLost();
    open.abort.abort();
  });
  let closePage = async (): Promise<void> => {};
  let done: boolean;
  try {
    if (!options.once) {
      say(io, `${open.from} -> ${open.sink.name}`);
      closePage = pageOf(open, options, io, hooks);
      await Promise.all([open.shipper.run(io.signal), beside(io.signal)]);
    }
    done = !lost?.aborted && (await drain(open, options, io, hooks));
    // One that goes on after this may be held by another shipper for good reason; one run leaves nothing to others.
    done &&= !options.once || (await open.isEmpty());
  } finally {
    await closePage();
    await open.close();
  }
  return { counts: open.shipper.counts, done };
}

/** Returns what closes it. */
function pageOf(
  open: OpenShipper,
  options: ShipOptions,
  io: Io,
  { openPage, lost }: DeliverHooks,
): () => Promise<void> {
  const { listen } = options;
  if (listen === undefined) {
    return async () => {};
  }
  const isDraining = (): boolean => io.signal.aborted || lost?.aborted === true;
  const tell = (text: string): void => say(io, printable(text));
  return showPage(openPage, { options: { ...options, listen }, listen, open, isDraining, say: tell });
}

/** `--once` has no deadline of its own: it ends when everything had its tries, or at a signal. */
async function drain(
  { shipper, abort }: OpenShipper,
  options: ShipOptions,
  io: Io,
  { beforeDrain = async () => true }: DeliverHooks,
): Promise<boolean> {
  const giveUp = (): void => abort.abort();
  let cancel = (): void => {};
  if (options.once) {
    io.signal.addEventListener("abort", giveUp);
  } else {
    say(io, `draining, for at most ${formatDuration(options.drainDeadline)}`);
    cancel = systemClock.after(options.drainDeadline, giveUp, true);
  }
  try {
    for (;;) {
      const before = shipper.counts.deliveredRecords;
      const allCame = await beforeDrain(abort.signal);
      const delivered = await shipper.drain(!options.once);
      // What found no room may find some where something was delivered.
      if (allCame || !delivered || shipper.counts.deliveredRecords === before) {
        return delivered;
      }
    }
  } finally {
    cancel();
  }
}

/** The last words. `remains` is what is left to this one here, and `elsewhere` what it cannot count. */
export function report(
  { counts, done }: Ended,
  remains: Remains,
  { json, buffer: { dir } }: ShipOptions,
  io: Io,
  elsewhere?: string,
): void {
  if (json) {
    const { waiting, journals } = remains;
    io.stdout.write(`${JSON.stringify({ done, ...counts, waiting, journals })}\n`);
    return;
  }
  const dead = Object.values(counts.deadLetters).reduce((sum, records) => sum + records, 0);
  say(
    io,
    `${counted(counts.deliveredRecords, "record")} delivered in ${counted(counts.deliveredBatches, "batch", "batches")}` +
      `${dead > 0 ? `, ${counted(dead, "dead letter")} in ${dir}/dead` : ""}`,
  );
  for (const [cause, amount] of Object.entries(counts.damage)) {
    say(io, `${cause}: ${amount}`);
  }
  if (!done) {
    const why = counts.lastError === undefined ? "" : ` (${printable(counts.lastError)})`;
    const here = `${remainsInShort(remains, "stay")} in ${dir}`;
    const stays = elsewhere === undefined || !nothingRemains(remains) ? [here] : [];
    say(
      io,
      `not everything is delivered${why}; ${[...stays, ...(elsewhere === undefined ? [] : [elsewhere])].join("; ")}`,
    );
    io.stderr.write(remainsInFull(remains));
  }
}

export function say(io: Io, text: string): void {
  io.stderr.write(`dragonlog ship: ${text}\n`);
}
