/** What keeps records from being delivered by way of a store, as far as it can be seen from this machine. */

import type { JournalState } from "../buffer/waiting.js";
import { countedDoing, inOneLine } from "../system/figures.js";
import type { LocalState } from "./local-text.js";
import { entriesIn, type StoreView } from "./store-state.js";

const START = "start `dragonlog ship` with this --buffer";

/** In sentences, with foreign text in them. What a shipper cannot send says the shipper itself. */
export function troubleIn(
  { name, state, error }: StoreView,
  { forwarders }: LocalState,
  unserved: readonly JournalState[],
): string[] {
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
  const waiting = state?.waiting.records ?? 0;
  const entries = entriesIn(state?.lists ?? []);
  if (waiting + entries > 0 && state?.shippers.length === 0) {
    trouble.push(
      `${countedDoing(waiting + entries, "record", "wait")} in the store, and no shipper lives: ${START}`,
    );
  }
  for (const { process, store, trouble: why } of forwarders) {
    if (why !== undefined && store === name) {
      trouble.push(`forwarder ${process.pid} is held up (${why.cause}: ${why.detail})`);
    }
  }
  const undelivered = unserved.filter(
    ({ writer, loggedTo }) => state !== undefined && (state.deliveredTo[writer] ?? 0) < loggedTo,
  );
  if (undelivered.length > 0) {
    trouble.push(
      `${countedDoing(undelivered.length, "journal", "wait")} without a forwarder: start the application again, ` +
        "or `dragonlog ship` here with this --buffer",
    );
  }
  return trouble;
}

/** Journals in which something waits that are meant for the store, by `WriterInfo.shipper`, and that nobody has claimed. */
export function unservedIn({ journals }: LocalState, bound: string): JournalState[] {
  return journals.filter(
    ({ meantFor, waiting, shipperPid }) =>
      meantFor === bound && waiting.records > 0 && shipperPid === undefined,
  );
}
