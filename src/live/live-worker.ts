/** The thread of live.ts: follows, filters and writes events, and may be ended at any moment. */
import { parentPort, workerData } from "node:worker_threads";
import { findRecord, openFollower } from "../follow/open.js";
import type { StoredRecord } from "../record/stored-record.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import { compileFilter } from "./filter.js";
import { eventText, type LiveStep } from "./live-step.js";
import {
  CREDIT,
  type ErrorText,
  type FromThread,
  type ThreadStart,
  type ToThread,
  TURN,
  VIEWER,
} from "./protocol.js";
import {
  type Added,
  type Asked,
  type AskedRecent,
  type PackedRecent,
  type RecentRecord,
  unpackRecent,
} from "./recent.js";
import { view } from "./viewing.js";

const { buffer, lists, hasRecent, turns } = workerData as ThreadStart;
const port = parentPort!;
const NOTHING_ADDED: Added = { added: 0, ranges: [] };
const post = (message: FromThread): void => port.postMessage(message);

class ThreadViewer {
  readonly leave = new AbortController();
  #credit = CREDIT;
  #onCredit: () => void = () => {};
  #onRecent: (recent: readonly RecentRecord[]) => void = () => {};
  #onAdded: (added: Added) => void = () => {};
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
    this.leave.signal.addEventListener("abort", () => {
      this.#onCredit();
      this.#onRecent([]);
      this.#onAdded(NOTHING_ADDED);
    });
  }

  async run({ request, after, toldCaughtUp }: Extract<ToThread, { view: number }>): Promise<void> {
    const number = this.#number;
    const follow = (start: Parameters<typeof openFollower>[1]["start"]) =>
      openFollower(buffer, { start, lists, clock: systemClock });
    try {
      await view(
        {
          request,
          filter: compileFilter(request),
          follow,
          recent: hasRecent ? this.#recent() : undefined,
          after: new Map(after),
          onTurn: (runs) => markTurn(runs ? number : 0),
          emit: async (step, places) => {
            const said = toldCaughtUp ? withoutCaughtUp(step) : step;
            if (said === undefined) return;
            const caughtUp = said.caughtUp ?? false;
            post({ event: number, text: eventText(said), places: [...places], caughtUp });
            await this.#spend();
          },
        },
        this.leave.signal,
      );
      post({ ended: number });
    } catch (error) {
      post({ ended: number, error: textOf(error) });
    }
  }

  taken(): void {
    this.#credit++;
    this.#onCredit();
  }

  receiveAdded(added: Added): void {
    this.#onAdded(added);
  }

  receive(packed: PackedRecent): void {
    this.#onRecent(unpackRecent(packed));
  }

  async #spend(): Promise<void> {
    this.#credit--;
    while (this.#credit <= 0 && !this.leave.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#onCredit = resolve;
      });
    }
  }

  /** Only a store says which records passed. */
  #recent(): AskedRecent {
    const all = () => this.#askForRecent();
    if (buffer.kind === "journal") return { all };
    const since = (added: number) => this.#askForAdded(added);
    return { all, between: { since, records: (of) => this.#askForRecent(of) } };
  }

  #askForRecent(of?: Asked): Promise<readonly RecentRecord[]> {
    return new Promise((resolve) => {
      this.#onRecent = resolve;
      if (this.leave.signal.aborted) resolve([]);
      else post({ wantsRecent: this.#number, ...(of && { of }) });
    });
  }

  #askForAdded(after: number): Promise<Added> {
    return new Promise((resolve) => {
      this.#onAdded = resolve;
      if (this.leave.signal.aborted) resolve(NOTHING_ADDED);
      else post({ wantsAdded: this.#number, after });
    });
  }
}

function markTurn(viewer: number): void {
  Atomics.add(turns, TURN, 1);
  Atomics.store(turns, VIEWER, viewer);
}

/** Undefined when nothing else was to be said. */
function withoutCaughtUp({ caughtUp: _, ...step }: LiveStep): LiveStep | undefined {
  return step.matched > 0 || step.missed > 0 || step.trouble !== undefined ? step : undefined;
}

function textOf(error: unknown): ErrorText {
  if (!(error instanceof DragonlogError)) return { message: messageOf(error) };
  const { message, code, hint } = error;
  return { message, code, hint };
}

/** With bytes of its own: a view of larger memory would be copied to the other thread with all of that. */
function lineOf({ bytes, start, end }: StoredRecord): Uint8Array {
  return Uint8Array.from(bytes.subarray(start, end));
}

const viewers = new Map<number, ThreadViewer>();

port.on("message", (message: ToThread) => {
  if ("view" in message) {
    const viewer = new ThreadViewer(message.view);
    viewers.set(message.view, viewer);
    void viewer.run(message).finally(() => viewers.delete(message.view));
  } else if ("taken" in message) {
    viewers.get(message.taken)?.taken();
  } else if ("recent" in message) {
    viewers.get(message.recent)?.receive(message.packed);
  } else if ("added" in message) {
    viewers.get(message.added)?.receiveAdded(message.since);
  } else if ("leave" in message) {
    viewers.get(message.leave)?.leave.abort();
  } else {
    const { find, id } = message;
    findRecord(buffer, id, { lists }).then(
      (record) => post(record === undefined ? { found: find } : { found: find, line: lineOf(record) }),
      (error: unknown) => post({ found: find, error: textOf(error) }),
    );
  }
});
