/** What a journal tells its user: trouble that logging survives, each at most once a minute; the counts go on meanwhile. */
import type { Clock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import type { DropCause } from "./drops.js";
import { STORE_PREFIX } from "./folder.js";
import type { JournalOptions } from "./options.js";
import { JournalCapReached } from "./segments.js";

const TELL_INTERVAL_MS = 60_000;

export class Troubles {
  readonly #clock: Clock;
  readonly #options: Pick<JournalOptions, "journalBytesMax" | "whenFull" | "onTrouble">;
  readonly #folder: string;
  /** What takes the records where there is no journal. */
  readonly #taker: string;
  readonly #toldAtMs = new Map<string, number>();

  constructor(options: JournalOptions, folder: string) {
    this.#clock = options.clock;
    this.#options = options;
    this.#folder = folder;
    this.#taker = options.shipper.startsWith(STORE_PREFIX) ? "store" : "destination";
  }

  /** The journal cannot be written, for the reason `error`. */
  failed(error: unknown): void {
    const { journalBytesMax, whenFull } = this.#options;
    if (error instanceof JournalCapReached && error.dropCause === "memory full") {
      this.#tell(
        "DRAGONLOG_BUFFER_FULL",
        `What waits in memory for the ${this.#taker} has reached its cap of ${journalBytesMax} bytes; records are dropped (${whenFull}) and counted.`,
        `See why the ${this.#taker} takes nothing, or raise journalBytesMax.`,
      );
    } else if (error instanceof JournalCapReached) {
      this.#tell(
        "DRAGONLOG_JOURNAL_FULL",
        `The journal ${this.#folder} has reached its cap of ${journalBytesMax} bytes; records are dropped (${whenFull}) and counted.`,
        "Start a shipper (`dragonlog ship`), or raise journalBytesMax.",
      );
    } else {
      this.#tell(
        "DRAGONLOG_JOURNAL_UNAVAILABLE",
        `The journal ${this.#folder} cannot be written (${messageOf(error)}); records wait in memory, bounded, and are not safe from a crash.`,
        "Make room or grant access to the folder, or name another one with journalDir.",
        error,
      );
    }
  }

  /** For whoever waits until records are safe. */
  unsafe(error: unknown): DragonlogError {
    return new DragonlogError(
      "DRAGONLOG_JOURNAL_UNAVAILABLE",
      `What was logged is not on the disk: the journal ${this.#folder} cannot be written (${messageOf(error)}).`,
      "Make room or grant access to the folder, or name another one with journalDir.",
      error,
    );
  }

  lostAtClose(records: number): void {
    this.#tell(
      "DRAGONLOG_JOURNAL_UNAVAILABLE",
      `${records} records were lost at close: the journal ${this.#folder} could not be written.`,
      "Make room or grant access to the folder, or name another one with journalDir.",
    );
  }

  /** Without a journal. */
  notStoredAtClose(records: number): void {
    this.#tell(
      this.#taker === "store" ? "DRAGONLOG_FORWARDER_FAILED" : "DRAGONLOG_SHIPPER_FAILED",
      `${records} records were not taken by the ${this.#taker} before their logger was closed, and there is no journal: they are lost, unless another logger of this process goes on with them.`,
      `See why the ${this.#taker} takes nothing, give it more time with drainDeadline, or keep a journal.`,
    );
  }

  deleted(): void {
    this.#tell(
      "DRAGONLOG_JOURNAL_DEGRADED",
      `The journal ${this.#folder} was deleted while it was in use; it is made anew and goes on.`,
      "Delete journals only through dragonlog, or after their process has ended.",
    );
  }

  unmapped(error: unknown): void {
    this.#tell(
      "DRAGONLOG_JOURNAL_DEGRADED",
      `Files in ${this.#folder} cannot be mapped into memory; the journal is written with write(2), which is slower and as safe.`,
      "Install dragonlog without omitting what is optional, or put the journal on a local file system.",
      error,
    );
  }

  /** After the call in which it arose, so that the one who is told may log; what he throws is his own. */
  #tell(code: DragonlogError["code"], message: string, hint: string, cause?: unknown): void {
    const now = this.#clock.now();
    if (now - (this.#toldAtMs.get(message) ?? Number.NEGATIVE_INFINITY) < TELL_INTERVAL_MS) {
      return;
    }
    this.#toldAtMs.set(message, now);
    queueMicrotask(() => {
      try {
        this.#options.onTrouble(new DragonlogError(code, message, hint, cause));
      } catch {
        // Logging must not end the application, and neither must telling of it.
      }
    });
  }
}

/** The cause under which records are counted that were dropped for `error`. */
export function causeOf(error: unknown): DropCause {
  if (error instanceof JournalCapReached) {
    return error.dropCause;
  }
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT" ? "disk full" : "journal unavailable";
}
