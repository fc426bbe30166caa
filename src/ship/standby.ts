/**
 * Who of several `dragonlog ship` on one folder ships it: the one that holds the lease in `<dir>/shippers/`. The others
 * are standbys, which look several times a second whether it is free.
 *
 *     standby ──lease is free──► active ──release──► free for the next
 *        ▲                         │
 *        └── another one took it ──┘   (`lost`: this one was stopped for so long that it was taken for dead)
 *
 * The lease says who may begin. What keeps a shipper that comes back from the dead from harm are the leases of the
 * journals, which are asked before every acknowledgement: at worst it doubles what it had in flight.
 * A shipper inside an application takes only journals that are meant for it, and needs no lease of the folder.
 */
import { Lease, type LeaseHolder, leaseHolder } from "../journal/lease.js";
import type { Clock } from "../system/clock.js";
import { createFolders } from "../system/folders.js";
import { pause } from "../system/pause.js";
import { shippersFolder } from "./report.js";

/** How often a standby looks. */
const LOOK_MS = 250;
/** How often the active one shows that it lives, and sees whether it was taken for dead. */
const WATCH_MS = 1000;

export class FolderLease {
  readonly #lease: Lease;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  #cancel: () => void = () => {};

  private constructor(lease: Lease, clock: Clock) {
    this.#lease = lease;
    this.#clock = clock;
    this.#watch();
  }

  /** Undefined while another one holds it. Throws an errno error where the folder takes no files. */
  static acquire(dir: string, clock: Clock): FolderLease | undefined {
    const folder = shippersFolder(dir);
    createFolders(folder, 0o700);
    const lease = Lease.acquire(folder, clock.now());
    return lease && new FolderLease(lease, clock);
  }

  /** Aborted when another one has taken over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  release(): void {
    this.#cancel();
    try {
      this.#lease.release();
    } catch {
      // It is free when this process ends.
    }
  }

  #watch(): void {
    this.#cancel = this.#clock.after(WATCH_MS, () => {
      if (this.#keep()) {
        this.#watch();
      } else {
        this.#lost.abort();
      }
    });
  }

  #keep(): boolean {
    try {
      if (!this.#lease.stillHeld()) {
        return false;
      }
      this.#lease.renew(this.#clock.now());
    } catch {
      // One that cannot be renewed is held until another one takes it.
    }
    return true;
  }
}

/** Who ships the folder now, if anyone does. */
export function folderHolder(dir: string, nowMs: number): LeaseHolder | undefined {
  try {
    return leaseHolder(shippersFolder(dir), nowMs);
  } catch {
    return undefined;
  }
}

/**
 * The lease of the folder, as soon as it is free; undefined when `stop` comes first. `onWait` is told whom this one waits
 * for, once for each of them.
 */
export async function standBy(
  dir: string,
  clock: Clock,
  stop: AbortSignal,
  onWait: (holder: LeaseHolder) => void,
): Promise<FolderLease | undefined> {
  let told: LeaseHolder | undefined;
  while (!stop.aborted) {
    const lease = FolderLease.acquire(dir, clock);
    if (lease !== undefined) {
      return lease;
    }
    const holder = folderHolder(dir, clock.now());
    if (holder !== undefined && !isSame(holder, told)) {
      told = holder;
      onWait(holder);
    }
    await pause(clock, LOOK_MS, stop);
  }
  return undefined;
}

function isSame(one: LeaseHolder, other: LeaseHolder | undefined): boolean {
  return one.pid === other?.pid && one.startTime === other.startTime && one.host === other.host;
}
