/**
 * `dragonlog flush` with a store: until everything that was logged on this machine when it was called is delivered.
 *
 *     journals, as far as they were logged ──forwarders──► the store, whose shippers are asked to hurry ──► delivered ──► forgotten
 *
 * A journal keeps its records until its forwarder knows that they are delivered, so the journals say it all. Those whose
 * application is gone are forwarded from here. What is logged meanwhile does not count, so that a busy application does not
 * keep it from ending; neither does what other machines have put into the store, nor what waits in a list.
 */
import { openStore } from "../buffer/redis/client.js";
import { askForFlush } from "../buffer/redis/flush-wish.js";
import { Keys } from "../buffer/redis/keys.js";
import type { Store } from "../buffer/redis/store.js";
import type { JournalState } from "../buffer/waiting.js";
import type { ParsedOptions } from "../config/options.js";
import { deadFolderOf, deadLetterBytes } from "../dead-letters/folder.js";
import { openLeftovers } from "../forward/leftovers.js";
import { type ForwarderReport, readForwarderReports } from "../forward/report.js";
import { storeName } from "../forward/store-options.js";
import { nothingRemains, type Remains, readRemains, remainsInFull, remainsInShort } from "../ship/remains.js";
import { systemClock } from "../system/clock.js";
import { counted, formatSpan, inOneLine } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { pause } from "../system/pause.js";
import { printable } from "../system/printable.js";
import { ASK_AGAIN_MS, POLL_MS, progressOn, tellOfDeadLetters } from "./flush-parts.js";
import { LOOK_OPTIONS, viewStore } from "./store-state.js";

/** How long the end may take. */
const END_MS = 1000;

type FlushOptions = ParsedOptions<"flush"> & { readonly buffer: { readonly kind: "redis" } };

/** Exit code 0 when all of it is delivered, 1 when the deadline passed first, or the store could never be asked. */
export async function flushStore(options: FlushOptions, io: Io): Promise<number> {
  const { dir, url } = options.buffer;
  const startedAtMs = systemClock.now();
  const deadDir = deadFolderOf(dir);
  const deadLetterBytesBefore = deadLetterBytes(deadDir);
  const target = new Target(dir, storeName(url));
  const asking = new Asking(url, options.deadline);
  const forwarding = forwardLeftovers(options);
  const progress = progressOn(io);
  for (;;) {
    const now = systemClock.now();
    const remains = target.remains(now);
    const done = nothingRemains(remains) && asking.answered;
    if (done || now - startedAtMs >= options.deadline || io.signal.aborted) {
      const deadLetterBytesAdded = Math.max(0, deadLetterBytes(deadDir) - deadLetterBytesBefore);
      const forwarders = readForwarderReports(dir);
      await report(options, io, {
        done,
        remains,
        waitedMs: now - startedAtMs,
        forwarders,
        deadLetterBytesAdded,
      });
      // A store that hangs must not hold it up: what this process holds is free when it ends.
      await Promise.race([
        Promise.all([asking.close(), forwarding.end()]),
        pause(systemClock, END_MS, io.signal),
      ]);
      return done ? 0 : 1;
    }
    asking.askAgain(now);
    if (!nothingRemains(remains)) {
      progress(remains);
    }
    await pause(systemClock, POLL_MS, io.signal);
  }
}

/** What was logged when this began. */
class Target {
  readonly #dir: string;
  readonly #bound: string;
  /** The first seq that need not be delivered, by folder; undefined where that could not be read. */
  readonly #ends: ReadonlyMap<string, number | undefined>;

  constructor(dir: string, bound: string) {
    this.#dir = dir;
    this.#bound = bound;
    const { journals } = this.#read(systemClock.now());
    this.#ends = new Map(
      journals.map(({ folder, loggedTo, error }) => [folder, error === undefined ? loggedTo : undefined]),
    );
  }

  remains(nowMs: number): Remains {
    const remains = this.#read(nowMs);
    const journals = remains.journals.filter((journal) => !this.#isDelivered(journal));
    return { ...remains, journals };
  }

  #isDelivered({ folder, deliveredTo, error }: JournalState): boolean {
    if (!this.#ends.has(folder)) {
      return true;
    }
    const end = this.#ends.get(folder);
    return error === undefined && end !== undefined && deliveredTo >= end;
  }

  #read(nowMs: number): Remains {
    return readRemains(this.#dir, nowMs, { accepts: (meantFor) => meantFor === this.#bound });
  }
}

/** Asks the shippers of the store to hurry. */
class Asking {
  /** The store has answered at least once. */
  answered = false;
  readonly #store: Promise<Store>;
  readonly #keys = new Keys();
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(url: string, deadlineMs: number) {
    const connectTimeoutMs = Math.min(LOOK_OPTIONS.connectTimeoutMs, deadlineMs);
    this.#store = openStore(url, { ...LOOK_OPTIONS, connectTimeoutMs });
  }

  askAgain(nowMs: number): void {
    if (nowMs - this.#askedAtMs >= ASK_AGAIN_MS) {
      this.#askedAtMs = nowMs;
      void this.#ask(nowMs).catch(() => {
        // What is in the way is looked up when the deadline has passed.
      });
    }
  }

  async close(): Promise<void> {
    await (await this.#store).close();
  }

  async #ask(nowMs: number): Promise<void> {
    const store = await this.#store;
    await store.get(this.#keys.flush());
    this.answered = true;
    await askForFlush(store, this.#keys, nowMs);
  }
}

/** Until the end of the process, or `end`. */
function forwardLeftovers(options: FlushOptions): { end(): Promise<void> } {
  const stop = new AbortController();
  const forwarding = openLeftovers(options, () => {
    // The journals say that they are not delivered, and `report` why.
  }).then(async (leftovers) => {
    await leftovers.run(stop.signal);
    await leftovers.close();
  });
  return {
    end() {
      stop.abort();
      return forwarding;
    },
  };
}

interface Outcome {
  readonly done: boolean;
  readonly remains: Remains;
  readonly waitedMs: number;
  readonly forwarders: readonly ForwarderReport[];
  readonly deadLetterBytesAdded: number;
}

async function report({ json, buffer: { dir, url } }: FlushOptions, io: Io, outcome: Outcome): Promise<void> {
  const { done, remains, waitedMs, forwarders, deadLetterBytesAdded } = outcome;
  const { waiting, journals, shippers } = remains;
  if (json) {
    const { name, error, state } = await viewStore(url);
    const local = { waiting, journals, shippers, forwarders };
    io.stdout.write(
      `${JSON.stringify({ done, ...local, store: { name, error, ...state }, deadLetterBytesAdded })}\n`,
    );
    return;
  }
  if (done) {
    io.stderr.write("dragonlog flush: everything that was logged here is delivered\n");
  } else {
    const what = nothingRemains(remains)
      ? `nothing waits in ${dir}, but the store has not answered`
      : `${remainsInShort(remains, "still wait")} in ${dir}`;
    io.stderr.write(
      `dragonlog flush: ${what} after ${formatSpan(waitedMs)}\n${remainsInFull(remains, "forwarder")}`,
    );
    io.stderr.write(forwarders.map(forwarderText).join(""));
    io.stderr.write(await storeText(url));
  }
  const fromRam = forwarders.filter((each) => each.fromRam);
  if (fromRam.length > 0) {
    const pids = fromRam.map(({ process: { pid } }) => pid).join(", ");
    io.stderr.write(
      `Not counted: what was logged without a journal in process ${pids}; its own flush() waits for it.\n`,
    );
  }
  tellOfDeadLetters(deadLetterBytesAdded, dir, io);
}

function forwarderText({ process: { pid }, store, recordsInStore, trouble }: ForwarderReport): string {
  const why = trouble === undefined ? "" : `; it is held up (${trouble.cause}: ${trouble.detail})`;
  return `${printable(`forwarder ${pid}: ${counted(recordsInStore, "record")} in ${store}, not known to be delivered${why}`)}\n`;
}

/** What is in the way behind the journals. */
async function storeText(url: string): Promise<string> {
  const { name, error, state } = await viewStore(url);
  if (state === undefined) {
    return `${printable(`the store cannot be read: ${inOneLine(error!)}`)}\n`;
  }
  const { waiting, shippers } = state;
  return (
    `${name} holds ${counted(waiting.records, "record")} of all machines; ` +
    (shippers.length === 0
      ? "no shipper empties it: start `dragonlog ship` with this --buffer.\n"
      : `${counted(shippers.length, "shipper")} ${shippers.length === 1 ? "empties" : "empty"} it.\n`)
  );
}
