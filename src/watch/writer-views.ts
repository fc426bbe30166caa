/** The journals of a machine as people see them: the ones that matter, and the sum of all. */
import { type JournalState, totalWaiting } from "../buffer/waiting.js";
import { ANY_SHIPPER, STORE_PREFIX } from "../journal/folder.js";
import { summedUp } from "../limit/held-back.js";
import type { JournalTotals, WriterView } from "./overview.js";

const WRITERS_MAX = 200;

/** `store` is what journals are meant for that are bound for the store in question, if there is one. */
export function writerViews(
  journals: readonly JournalState[],
  store: string | undefined,
): { readonly writers: readonly WriterView[]; readonly writersMore: number } {
  const shown = journals.toSorted(worstFirst).slice(0, WRITERS_MAX);
  return {
    writers: shown.map((journal) => viewOf(journal, store)),
    writersMore: journals.length - shown.length,
  };
}

export function journalTotals(journals: readonly JournalState[]): JournalTotals {
  const sum = (figure: (journal: JournalState) => number): number =>
    journals.reduce((all, journal) => all + figure(journal), 0);
  return {
    journals: journals.length,
    alive: sum(({ alive }) => (alive ? 1 : 0)),
    unreadable: sum(({ error }) => (error === undefined ? 0 : 1)),
    waiting: totalWaiting(journals),
    fileBytes: sum(({ fileBytes }) => fileBytes),
    bytesMax: sum(({ bytesMax = 0 }) => bytesMax),
    lagRecords: sum(lagOf),
    dropped: droppedIn(journals),
    suppressed: summedUp(journals.flatMap(({ suppressed = [] }) => suppressed)),
  };
}

/** By cause. */
export function droppedIn(journals: readonly Pick<JournalState, "dropped">[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { dropped } of journals) {
    for (const [cause, records] of Object.entries(dropped)) {
      all[cause] = (all[cause] ?? 0) + records;
    }
  }
  return all;
}

function worstFirst(a: JournalState, b: JournalState): number {
  return (
    Number(b.error !== undefined) - Number(a.error !== undefined) ||
    b.waiting.records - a.waiting.records ||
    Number(b.alive) - Number(a.alive) ||
    (a.service ?? "").localeCompare(b.service ?? "")
  );
}

function viewOf(journal: JournalState, store: string | undefined): WriterView {
  const { writer, service = "?", host = "?", pid, alive, waiting, fileBytes, bytesMax } = journal;
  const { dropped, shipperPid, meantFor, error } = journal;
  return {
    writer,
    service,
    host,
    pid,
    alive,
    waiting,
    fileBytes,
    bytesMax,
    lagRecords: lagOf(journal),
    dropped,
    takenBy: shipperPid,
    boundFor: placeOf(meantFor, store),
    error,
  };
}

function lagOf({ loggedTo, deliveredTo }: JournalState): number {
  return Math.max(0, loggedTo - deliveredTo);
}

function placeOf(meantFor = ANY_SHIPPER, store: string | undefined): string {
  if (meantFor === ANY_SHIPPER) return "any shipper";
  if (!meantFor.startsWith(STORE_PREFIX)) return "its application";
  if (store === undefined) return "a store";
  return meantFor === store ? "the store" : "another store";
}
