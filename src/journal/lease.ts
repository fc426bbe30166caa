/**
 * The right to empty a journal, or to ship a whole folder of them, as numbered files `lease.<n>` in a folder.
 *
 * The highest number counts. To take over from a dead holder one creates `lease.<n+1>`, which succeeds for exactly
 * one of many that try (link(2) fails where the name exists), so there is nothing to race for; one who comes so late that
 * the name is free again sees a higher number and gives up. The number is the fencing token: a holder that was wrongly
 * thought dead finds its file gone, or the next one there, and stops.
 *
 *     free ──acquire──► held ──release──► free again (the file stays, marked released, so that numbers only rise)
 *                        └──holder dies──► taken over by the next acquire
 *
 * A holder on this machine is judged by pid and start time. One in another pid namespace or on another machine is
 * judged by its heartbeat: the file's modification time, renewed every few seconds, expires after `LEASE_EXPIRY_MS`.
 */
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { livenessOf, ownIdentity, type ProcessIdentity } from "../system/process.js";
import { randomId } from "../system/random.js";
import { FILE_MODE, replaceFile } from "./folder.js";

export const LEASE_EXPIRY_MS = 30_000;
export const LEASE_RENEWAL_MS = 5_000;

export interface LeaseHolder extends ProcessIdentity {
  /** When it took the lease, in ms since 1970-01-01 UTC; undefined when it did not say. */
  readonly sinceMs: number | undefined;
}

interface LeaseFile {
  /** Random; tells the threads of one process apart. */
  readonly holder: string;
  readonly process: ProcessIdentity;
  readonly sinceMs: number;
  readonly released: boolean;
}

const LEASE_NAME = /^lease\.(\d+)$/;

/** Rising. */
function leaseNumbers(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => LEASE_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** 0 when there never was a lease. */
function highest(folder: string): number {
  return leaseNumbers(folder).at(-1) ?? 0;
}

function leasePath(folder: string, number: number): string {
  return join(folder, `lease.${number}`);
}

function readLease(folder: string, number: number): LeaseFile | undefined {
  try {
    const lease = JSON.parse(readFileSync(leasePath(folder, number), "utf8")) as LeaseFile;
    return typeof lease.holder === "string" && typeof lease.process.pid === "number" ? lease : undefined;
  } catch {
    return undefined;
  }
}

function isHeld(folder: string, number: number, lease: LeaseFile, nowMs: number): boolean {
  if (lease.released) {
    return false;
  }
  const liveness = livenessOf(lease.process);
  if (liveness !== "unknown") {
    return liveness === "alive";
  }
  try {
    return nowMs - statSync(leasePath(folder, number)).mtimeMs < LEASE_EXPIRY_MS;
  } catch {
    return false;
  }
}

/** Who holds the lease now, if anyone does. */
export function leaseHolder(folder: string, nowMs: number): LeaseHolder | undefined {
  const number = highest(folder);
  const lease = number === 0 ? undefined : readLease(folder, number);
  return lease !== undefined && isHeld(folder, number, lease, nowMs)
    ? { ...lease.process, sinceMs: lease.sinceMs }
    : undefined;
}

export class Lease {
  #renewedAtMs: number;

  private constructor(
    readonly folder: string,
    /** The fencing token. */
    readonly number: number,
    readonly holder: string,
    readonly sinceMs: number,
  ) {
    this.#renewedAtMs = sinceMs;
  }

  /**
   * Takes the lease when it is free, its holder is dead, or it is already `holder`'s own (a thread that was given it).
   * Undefined when another one holds it. `look` is called when it is free, before its number is used up: what that
   * throws leaves the lease to others.
   */
  static acquire(
    folder: string,
    nowMs: number,
    holder = randomId(12),
    look: () => void = () => {},
  ): Lease | undefined {
    const number = highest(folder);
    if (number > 0) {
      const lease = readLease(folder, number);
      if (lease?.holder === holder && !lease.released) {
        return new Lease(folder, number, holder, nowMs);
      }
      if (lease !== undefined && isHeld(folder, number, lease, nowMs)) {
        return undefined;
      }
    }
    look();
    return Lease.claim(folder, number + 1, nowMs, holder);
  }

  /** Takes `number`, which follows the highest that was seen; undefined when another one was faster. */
  static claim(folder: string, number: number, nowMs: number, holder: string): Lease | undefined {
    const path = leasePath(folder, number);
    const file: LeaseFile = { holder, process: ownIdentity(), sinceMs: nowMs, released: false };
    const temporary = join(folder, `lease-${holder}.tmp`);
    writeFileSync(temporary, `${JSON.stringify(file)}\n`, { mode: FILE_MODE });
    try {
      linkSync(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") {
        return undefined;
      }
      throw error;
    } finally {
      unlinkSync(temporary);
    }
    const numbers = leaseNumbers(folder);
    if (numbers.at(-1)! > number) {
      unlinkQuietly(path);
      return undefined;
    }
    // From the lowest up: who finds his own file must not find the next one gone already.
    for (const earlier of numbers.slice(0, -1)) {
      unlinkQuietly(leasePath(folder, earlier));
    }
    return new Lease(folder, number, holder, nowMs);
  }

  /** True while no one took over. To be asked before every acknowledgement. */
  stillHeld(): boolean {
    // In this order: whoever removes the next one has removed this one before.
    return (
      !existsSync(leasePath(this.folder, this.number + 1)) && existsSync(leasePath(this.folder, this.number))
    );
  }

  /** Shows holders' machines that this one lives; cheap when it is not due. */
  renew(nowMs: number): void {
    if (nowMs - this.#renewedAtMs >= LEASE_RENEWAL_MS) {
      this.#renewedAtMs = nowMs;
      utimesSync(leasePath(this.folder, this.number), nowMs / 1000, nowMs / 1000);
    }
  }

  release(): void {
    if (this.stillHeld()) {
      const { holder, sinceMs } = this;
      const file: LeaseFile = { holder, process: ownIdentity(), sinceMs, released: true };
      replaceFile(leasePath(this.folder, this.number), `${JSON.stringify(file)}\n`);
    }
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another one has removed it, or its folder, first.
  }
}
