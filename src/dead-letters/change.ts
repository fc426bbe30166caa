/** What every command that changes dead letters does: one at a time, and first what an earlier one has left undone. */
import { Lease, leaseHolder } from "../journal/lease.js";
import type { Clock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import { deadFolderOf } from "./folder.js";
import { deleteGone } from "./gone.js";
import { carryThrough } from "./replay.js";

/** The right to change what is in the folder. */
export class Hold {
  constructor(
    readonly lease: Lease,
    readonly clock: Clock,
  ) {}

  /** Shows that this process lives; to be called again and again during long work. */
  renew(): void {
    this.lease.renew(this.clock.now());
  }

  /** To be called before what cannot be taken back. Throws DRAGONLOG_DEAD_LETTERS_BUSY when another one took over. */
  assertHeld(): void {
    if (!this.lease.stillHeld()) throw busy("another command took over");
  }
}

/** Told of each step, so that a test can end the process there. */
export type OnStep = (step: string) => void;

/**
 * `change` gets the number of records of a replay that was interrupted before, and is complete now. Throws
 * DRAGONLOG_DEAD_LETTERS_BUSY when another command is changing them.
 */
export async function changeLetters<Result>(
  journalDir: string,
  clock: Clock,
  change: (hold: Hold, completed: number) => Promise<Result>,
  onStep: OnStep = () => {},
): Promise<Result> {
  const dir = deadFolderOf(journalDir);
  const lease = Lease.acquire(dir, clock.now());
  if (lease === undefined) {
    throw busy(`process ${leaseHolder(dir, clock.now())?.pid ?? "unknown"} is at it`);
  }
  const hold = new Hold(lease, clock);
  try {
    onStep("lease taken");
    const completed = await carryThrough(journalDir, hold, onStep);
    const result = await change(hold, completed);
    await deleteGone(dir, clock.now(), () => lease.stillHeld());
    onStep("files deleted");
    return result;
  } finally {
    lease.release();
  }
}

function busy(what: string): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_DEAD_LETTERS_BUSY",
    `dead letters are being changed: ${what}`,
    "Run the command again when the other one has ended.",
  );
}
