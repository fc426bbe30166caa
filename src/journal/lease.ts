/**
 * The right to empty a journal, as numbered files `lease.<n>` in its folder.
 *
 * The highest number counts. To take over from a dead holder one creates `lease.<n+1>`, which succeeds for exactly
 * one of many that try (link(2) fails where the name exists), so there is nothing to race for. The number is the
 * fencing token: a holder that was wrongly thought dead sees a higher one and stops.
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

interface LeaseFile {
  /** Random; tells the threads of one process apart. */
  readonly holder: string;
  readonly process: ProcessIdentity;
  readonly released: boolean;
}

const LEASE_NAME = /^lease\.(\d+)$/;

function highest(folder: string): number {
  let number = 0;
  for (const name of readdirSync(folder)) {
    const match = LEASE_NAME.exec(name);
    if (match !== null) {
      number = Math.max(number, Number(match[1]));
    }
  }
  return number;
}

function leasePath(folder: string, number: number): string {
  return join(folder, `lease.${number}`);
}

function readLease(folder: string, number: number): LeaseFile | undefined {
  try {
    return JSON.parse(readFileSync(leasePath(folder, number), "utf8")) as LeaseFile;
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

/** Who empties the journal now, if anyone does. */
export function leaseHolder(folder: string, nowMs: number): ProcessIdentity | undefined {
  const number = highest(folder);
  const lease = number === 0 ? undefined : readLease(folder, number);
  return lease !== undefined && isHeld(folder, number, lease, nowMs) ? lease.process : undefined;
}

export class Lease {
  #renewedAt: number;

  private constructor(
    readonly folder: string,
    /** The fencing token. */
    readonly number: number,
    readonly holder: string,
    nowMs: number,
  ) {
    this.#renewedAt = nowMs;
  }

  /**
   * Takes the lease when it is free, its holder is dead, or it is already `holder`'s own (a thread that was given it).
   * Undefined when another one holds it.
   */
  static acquire(folder: string, nowMs: number, holder = randomId(12)): Lease | undefined {
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
    const file: LeaseFile = { holder, process: ownIdentity(), released: false };
    const temporary = join(folder, `lease-${holder}.tmp`);
    writeFileSync(temporary, `${JSON.stringify(file)}\n`, { mode: FILE_MODE });
    try {
      linkSync(temporary, leasePath(folder, number + 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") {
        return undefined;
      }
      throw error;
    } finally {
      unlinkSync(temporary);
    }
    if (number > 0) {
      unlinkQuietly(leasePath(folder, number));
    }
    return new Lease(folder, number + 1, holder, nowMs);
  }

  /** True while no one took over: whoever does removes this lease's file. To be asked before every acknowledgement. */
  stillHeld(): boolean {
    return existsSync(leasePath(this.folder, this.number));
  }

  /** Shows holders' machines that this one lives; cheap when it is not due. */
  renew(nowMs: number): void {
    if (nowMs - this.#renewedAt >= LEASE_RENEWAL_MS) {
      this.#renewedAt = nowMs;
      utimesSync(leasePath(this.folder, this.number), nowMs / 1000, nowMs / 1000);
    }
  }

  release(): void {
    if (this.stillHeld()) {
      const file: LeaseFile = { holder: this.holder, process: ownIdentity(), released: true };
      replaceFile(leasePath(this.folder, this.number), `${JSON.stringify(file)}\n`);
    }
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // The one who held it before may have removed it, or its folder, first.
  }
}
