/**
 * `dragonlog ship`: a process that ships a folder, or stands by while another one does (see standby.ts).
 *
 * One that finds that another one took over goes back to standing by, and does not end: nothing is wrong with it, and a
 * pair of shippers must stay a pair without anyone who starts it again.
 */
import { DestinationTemplate } from "../batch/template.js";
import type { ParsedOptions } from "../config/options.js";
import type { LeaseHolder } from "../journal/lease.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { formatDuration } from "../system/units.js";
import { newCounts, type ShipCounts } from "./counts.js";
import { type OpenShipper, openShipper } from "./open-shipper.js";
import { nothingRemains, readRemains, remainsInFull, remainsInShort } from "./remains.js";
import { type FolderLease, folderHolder, standBy } from "./standby.js";

type ShipOptions = ParsedOptions<"ship">;

/** Exit code 0 when nothing that was there at the end waits any more, or another one delivers it; 1 otherwise. */
export async function runShip(options: ShipOptions, io: Io): Promise<number> {
  // A standby must be told now what is wrong with it, and not when it is needed.
  new DestinationTemplate(options.group, options.stream);
  if (options.buffer.kind === "redis") {
    // Shippers of a store share its partitions; a folder is emptied by one.
    return (await shipUnder(undefined, options, io)) ? 0 : 1;
  }
  return options.once ? shipOnce(options, io) : shipUntilStopped(options, io);
}

async function shipOnce(options: ShipOptions, io: Io): Promise<number> {
  const busy = new AbortController();
  let holder: LeaseHolder | undefined;
  const lease = await standBy(options.buffer.dir, systemClock, busy.signal, (found) => {
    holder = found;
    busy.abort();
  });
  if (lease === undefined) {
    return leaveTo(holder!, options, io);
  }
  try {
    return (await shipUnder(lease, options, io)) ? 0 : 1;
  } finally {
    lease.release();
  }
}

async function shipUntilStopped(options: ShipOptions, io: Io): Promise<number> {
  const { dir } = options.buffer;
  for (;;) {
    let before: LeaseHolder | undefined;
    const lease = await standBy(dir, systemClock, io.signal, (holder) => {
      before = holder;
      say(
        io,
        `${nameOf(holder)} ships ${dir}${sinceOf(holder)}; this one waits as a standby and takes over from it`,
      );
    });
    if (lease === undefined) {
      say(io, "ends as a standby; it had nothing to deliver");
      return 0;
    }
    try {
      if (before !== undefined) {
        say(io, `takes over from ${nameOf(before)}`);
      }
      const done = await shipUnder(lease, options, io);
      if (!lease.lost.aborted || io.signal.aborted) {
        return done ? 0 : 1;
      }
    } finally {
      lease.release();
    }
  }
}

/** True when nothing that was there at the end waits any more. Ends early when the lease is lost. */
async function shipUnder(lease: FolderLease | undefined, options: ShipOptions, io: Io): Promise<boolean> {
  const { once } = options;
  const { dir } = options.buffer;
  const open = await openShipper(options, {
    onTrouble: (what, consequence) => say(io, printable(`${what}; ${consequence}`)),
  });
  lease?.lost.addEventListener("abort", () => {
    sayLost(dir, io);
    open.abort.abort();
  });
  let done: boolean;
  try {
    if (!once) {
      say(io, `${open.from} -> ${open.sink.name}`);
      await open.shipper.run(io.signal);
    }
    done = !lease?.lost.aborted && (await drain(open, options, io));
  } finally {
    await open.close();
  }
  report(open.shipper.counts, done, options, io);
  return done;
}

/** `--once` has no deadline of its own: it ends when everything had its tries, or at a signal. */
async function drain(open: OpenShipper, options: ShipOptions, io: Io): Promise<boolean> {
  const giveUp = (): void => open.abort.abort();
  if (options.once) {
    io.signal.addEventListener("abort", giveUp);
    return open.shipper.drain(false);
  }
  say(io, `draining, for at most ${formatDuration(options.drainDeadline)}`);
  const cancel = systemClock.after(options.drainDeadline, giveUp, true);
  try {
    return await open.shipper.drain(true);
  } finally {
    cancel();
  }
}

/**
 * `--once` beside another one: what waits is that one's to deliver, but for what applications ship by themselves. One
 * line, for cron mails what it prints.
 */
function leaveTo(holder: LeaseHolder, { buffer: { dir }, json }: ShipOptions, io: Io): number {
  const remains = readRemains(dir, systemClock.now(), holder.pid);
  const done = nothingRemains(remains);
  if (json) {
    const { waiting, journals } = remains;
    const { pid, host, sinceMs } = holder;
    const shipper = { pid, host, sinceMs };
    io.stdout.write(`${JSON.stringify({ done, ...newCounts(), waiting, journals, shipper })}\n`);
  } else {
    const waits = done ? "nothing waits" : `${remainsInShort(remains)} wait for it`;
    say(io, `${nameOf(holder)} ships ${dir}${sinceOf(holder)}; ${waits}; nothing is done here`);
  }
  return done ? 0 : 1;
}

function report(counts: ShipCounts, done: boolean, { json, buffer }: ShipOptions, io: Io): void {
  const { dir } = buffer;
  // The journals of a store's machine are its forwarders' to empty, and no matter of this one.
  const remains = buffer.kind === "redis" ? undefined : readRemains(dir, systemClock.now(), process.pid);
  if (json) {
    const { waiting, journals } = remains ?? {};
    io.stdout.write(`${JSON.stringify({ done, ...counts, waiting, journals })}\n`);
    return;
  }
  const dead = Object.values(counts.deadLetters).reduce((sum, records) => sum + records, 0);
  say(
    io,
    `${counts.deliveredRecords} records delivered in ${counts.deliveredBatches} batches` +
      `${dead > 0 ? `, ${dead} dead letters in ${dir}/dead` : ""}`,
  );
  for (const [cause, amount] of Object.entries(counts.damage)) {
    say(io, `${cause}: ${amount}`);
  }
  if (!done) {
    const why = counts.lastError === undefined ? "" : ` (${printable(counts.lastError)})`;
    const what =
      remains === undefined ? "the rest stays in the store" : `${remainsInShort(remains)} stay in ${dir}`;
    say(io, `not everything is delivered${why}; ${what}`);
    io.stderr.write(remains === undefined ? "" : remainsInFull(remains));
  }
}

function sayLost(dir: string, io: Io): void {
  const holder = folderHolder(dir, systemClock.now());
  const what =
    holder === undefined
      ? `somebody deleted its lease in ${dir}, or all of that`
      : `showed no sign of life for too long, and ${nameOf(holder)} took over`;
  say(io, printable(`${what}; what was in flight may arrive twice`));
}

function nameOf({ pid, host }: LeaseHolder): string {
  return printable(`pid ${pid} on ${host}`);
}

function sinceOf({ sinceMs }: LeaseHolder): string {
  return sinceMs === undefined ? "" : ` since ${new Date(sinceMs).toISOString()}`;
}

function say(io: Io, text: string): void {
  io.stderr.write(`dragonlog ship: ${text}\n`);
}
