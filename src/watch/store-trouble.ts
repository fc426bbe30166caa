/** What keeps records from being delivered by way of a store, as far as it can be seen from this machine. */
import { roomIn, storeSpace } from "../buffer/redis/store-budget.js";
import type { JournalState } from "../buffer/waiting.js";
import type { ForwarderReport } from "../forward/report.js";
import { countedDoing, formatBytes, formatSpan, inOneLine } from "../system/figures.js";
import { entriesIn, type StoreView } from "./store-state.js";

const START = "start `dragonlog ship` with this --buffer";

export interface StoreFacts {
  readonly view: StoreView;
  /** What journals are meant for that are bound for it, as `WriterInfo.shipper`. */
  readonly bound: string;
  readonly storeBytesMax: number;
  readonly forwarders: readonly ForwarderReport[];
  readonly journals: readonly JournalState[];
}

/** In sentences, with foreign text in them. What a shipper cannot send says the shipper itself. */
export function troubleIn(facts: StoreFacts, nowMs: number): string[] {
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
  return [...trouble, ...heldUp(facts, nowMs), ...withoutForwarder(facts)];
}

function heldUp({ forwarders, view: { name } }: StoreFacts, nowMs: number): string[] {
  return forwarders.flatMap(({ process: { pid }, store, trouble }) =>
    trouble === undefined || store !== name
      ? []
      : [
          `forwarder ${pid} has been held up for ${formatSpan(nowMs - trouble.sinceMs)} (${trouble.cause}: ${trouble.detail})`,
        ],
  );
}

function withoutForwarder({ view: { state }, journals, bound }: StoreFacts): string[] {
  const undelivered = unservedIn(journals, bound).filter(
    ({ writer, loggedTo }) => state !== undefined && (state.deliveredTo[writer] ?? 0) < loggedTo,
  );
  return undelivered.length === 0
    ? []
    : [
        `${countedDoing(undelivered.length, "journal", "wait")} without a forwarder: start the application again, ` +
          "or `dragonlog ship` here with this --buffer",
      ];
}

/** Journals in which something waits that are meant for the store, by `WriterInfo.shipper`, and that nobody has claimed. */
export function unservedIn(journals: readonly JournalState[], bound: string): JournalState[] {
  return journals.filter(
    ({ meantFor, waiting, shipperPid }) =>
      meantFor === bound && waiting.records > 0 && shipperPid === undefined,
  );
}
