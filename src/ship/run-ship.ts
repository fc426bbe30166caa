/**
 * `dragonlog ship`: a process that ships a folder, or stands by while another one does (see standby.ts); or one of those that
 * share a store (see ship-store.ts).
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
import { newCounts } from "./counts.js";
import { deliver, report, say } from "./deliver.js";
import { isForNoStore } from "./open-buffer.js";
import { type OpenPage, refuseOpenPage } from "./page.js";
import { nothingRemains, type Remains, readRemains, remainsInShort } from "./remains.js";
import { reportStandby } from "./report.js";
import { isOfStore, type OpenLeftovers, shipStore } from "./ship-store.js";
import { type FolderLease, folderHolder, standBy } from "./standby.js";

type ShipOptions = ParsedOptions<"ship">;

/** What stands below, and is given. */
export interface ShipParts {
  readonly openLeftovers: OpenLeftovers;
  readonly openPage: OpenPage;
}

/** Exit code 0 when nothing that was there at the end waits any more, or another one delivers it; 1 otherwise. */
export async function runShip(options: ShipOptions, io: Io, parts: ShipParts): Promise<number> {
  // A standby must be told now what is wrong with it, and not when it is needed.
  new DestinationTemplate(options.group, options.stream);
  if (!options.once) {
    refuseOpenPage(options);
  }
  if (isOfStore(options)) {
    return (await shipStore(options, io, parts)) ? 0 : 1;
  }
  return options.once ? shipOnce(options, io, parts) : shipUntilStopped(options, io, parts);
}

async function shipOnce(options: ShipOptions, io: Io, parts: ShipParts): Promise<number> {
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
    return (await shipUnder(lease, options, io, parts)) ? 0 : 1;
  } finally {
    lease.release();
  }
}

async function shipUntilStopped(options: ShipOptions, io: Io, parts: ShipParts): Promise<number> {
  const { dir } = options.buffer;
  for (;;) {
    let before: LeaseHolder | undefined;
    let stopReporting = (): void => {};
    const lease = await standBy(dir, systemClock, io.signal, (holder) => {
      if (before === undefined) {
        stopReporting = reportStandby(dir);
      }
      before = holder;
      say(
        io,
        `${nameOf(holder)} ships ${dir}${sinceOf(holder)}; this one waits as a standby and takes over from it`,
      );
    });
    stopReporting();
    if (lease === undefined) {
      say(io, "ends as a standby; it had nothing to deliver");
      return 0;
    }
    try {
      if (before !== undefined) {
        say(io, `takes over from ${nameOf(before)}`);
      }
      const done = await shipUnder(lease, options, io, parts);
      if (!lease.lost.aborted || io.signal.aborted) {
        return done ? 0 : 1;
      }
    } finally {
      lease.release();
    }
  }
}

/** True when nothing that was there at the end waits any more. Ends early when the lease is lost. */
async function shipUnder(
  lease: FolderLease,
  options: ShipOptions,
  io: Io,
  { openPage }: ShipParts,
): Promise<boolean> {
  const ended = await deliver(options, io, {
    openPage,
    lost: lease.lost,
    onLost: () => sayLost(options.buffer.dir, io),
  });
  report(ended, ownRemains(options, process.pid), options, io);
  return ended.done;
}

/**
 * `--once` beside another one: what waits is that one's to deliver, but for what applications ship by themselves. One
 * line, for cron mails what it prints.
 */
function leaveTo(holder: LeaseHolder, options: ShipOptions, io: Io): number {
  const { dir } = options.buffer;
  const remains = ownRemains(options, holder.pid);
  const done = nothingRemains(remains);
  if (options.json) {
    const { waiting, journals } = remains;
    const { pid, host, sinceMs } = holder;
    const shipper = { pid, host, sinceMs };
    io.stdout.write(`${JSON.stringify({ done, ...newCounts(), waiting, journals, shipper })}\n`);
  } else {
    const waits = done ? "nothing waits" : `${remainsInShort(remains, "wait")} for it`;
    say(io, `${nameOf(holder)} ships ${dir}${sinceOf(holder)}; ${waits}; nothing is done here`);
  }
  return done ? 0 : 1;
}

/** What is left to that shipper of the folder. */
function ownRemains({ buffer: { dir } }: ShipOptions, pid: number): Remains {
  return readRemains(dir, systemClock.now(), { pid, accepts: isForNoStore });
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
