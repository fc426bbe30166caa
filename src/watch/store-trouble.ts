/** What keeps records from being delivered by way of a store, as far as it can be seen from this machine. */
import { roomIn, storeSpace } from "../buffer/redis/store-budget.js";
import type { JournalState } from "../buffer/waiting.js";
import type { Note } from "../forward/note.js";
import { countedDoing, formatBytes, inOneLine } from "../system/figures.js";
import { entriesIn, type StoreState, type StoreView } from "./store-state.js";

const START = "start `dragonlog ship` with this --buffer";

export interface StoreFacts {
  readonly view: StoreView;
  /** What journals are meant for that are bound for it, as `WriterInfo.shipper`. */
  readonly bound: string;
  readonly storeBytesMax: number;
  readonly journals: readonly JournalState[];
  /** What the last forwarders had put there, by writer, of the journals that nobody takes. */
  readonly forwarded: ReadonlyMap<string, Note>;
}

/** In sentences, with foreign text in them. What a shipper cannot send, or a forwarder cannot put there, it says itself. */
export function troubleIn(facts: StoreFacts): string[] {
  const { view, storeBytesMax } = facts;
  const { name, state, error } = view;
  const trouble: string[] = [];
  if (error !== undefined) {
    trouble.push(`the store cannot be read: ${inOneLine(error)}`);
  }
  for (const { evicts, kind } of state?.servers ?? []) {
    if (evicts) {
      trouble.push(
        `${name}: this ${kind} deletes what it was given when it is full, so nothing is put there`,
      );
    }
  }
  const space = storeSpace(state?.servers ?? [], storeBytesMax);
  if (roomIn(space) <= 0) {
    trouble.push(
      `${name} is full: ${formatBytes(space.usedBytes)} are used, and records go in up to ${formatBytes(space.budgetBytes)}`,
    );
  }
  const waiting = state?.waiting.records ?? 0;
  const entries = entriesIn(state?.lists ?? []);
  if (waiting + entries > 0 && state?.shippers.length === 0) {
    trouble.push(
      `${countedDoing(waiting + entries, "record", "wait")} in the store, and no shipper lives: ${START}`,
    );
  }
  return [...trouble, ...withoutForwarder(facts)];
}

function withoutForwarder({ view: { state }, journals, bound, forwarded }: StoreFacts): string[] {
  const undelivered = unservedIn(journals, bound).filter(
    ({ writer, loggedTo }) =>
      state !== undefined &&
      (state.deliveredTo[writer] ?? 0) < loggedTo &&
      !isStillThere(forwarded.get(writer), loggedTo, state),
  );
  return undelivered.length === 0
    ? []
    : [
        `${countedDoing(undelivered.length, "journal", "wait")} without a forwarder: start the application again, ` +
          "or `dragonlog ship` here with this --buffer",
      ];
}

/** All of a journal was put there, and no server has started anew since, which might have lost it. */
function isStillThere(note: Note | undefined, loggedTo: number, { servers }: StoreState): boolean {
  return (
    note !== undefined &&
    note.appended >= loggedTo &&
    servers.every(({ runId }) => note.runIds.includes(runId))
  );
}

/** Journals in which something waits that are meant for the store, by `WriterInfo.shipper`, and that nobody has claimed. */
export function unservedIn(journals: readonly JournalState[], bound: string): JournalState[] {
  return journals.filter(
    ({ meantFor, waiting, shipperPid }) =>
      meantFor === bound && waiting.records > 0 && shipperPid === undefined,
  );
}
