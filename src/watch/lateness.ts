/**
 * What waits longer than it should.
 *
 * It is a problem where nobody takes it, or who takes it should have sent it. It is a warning where it goes out at full speed, such
 * as after an outage, and where who sends it is on another machine and may have been told to take its time.
 */
import type { PartitionState } from "../buffer/redis/waiting-in-store.js";
import type { JournalState } from "../buffer/waiting.js";
import type { ForwarderReport } from "../forward/report.js";
import { ANY_SHIPPER, STORE_PREFIX } from "../journal/folder.js";
import type { Waiting } from "../record/stored-record.js";
import { ASSUMED_INTERVAL_MS, type ShipperReport } from "../ship/report.js";
import { counted, countedDoing, formatSpan } from "../system/figures.js";
import type { HealthFacts } from "./health.js";

/** For a destination that has to be tried twice, and a clock that is looked at. */
const GRACE_MS = 30_000;
/** Nobody ships them: a shipper that was started now would be late already. */
const UNSHIPPED_INTERVALS = 2;
/** They are shipped, and something holds them up. */
const LATE_INTERVALS = 3;

interface Aged {
  readonly waiting: Waiting;
  readonly waitingSinceMs: number | undefined;
}

export interface Lateness {
  readonly problems: string[];
  readonly warnings: string[];
}

/** In journals that nobody takes. */
export function unshipped({ journals, shippers, store, forwarded, nowMs }: HealthFacts): Lateness {
  const longMs = UNSHIPPED_INTERVALS * intervalOf(shippers) + GRACE_MS;
  const found = journals.filter(
    (journal) =>
      journal.shipperPid === undefined &&
      journal.error === undefined &&
      // What is bound for the store is told by what is known of the store.
      (store === undefined || journal.meantFor !== store.bound) &&
      waitedMs(journal, nowMs) > longMs,
  );
  const isForwarded = ({ writer, loggedTo }: JournalState): boolean =>
    (forwarded.get(writer)?.appended ?? 0) >= loggedTo;
  const groups = new Map<string, JournalState[]>();
  for (const journal of found.filter((each) => !isForwarded(each))) {
    const advice = adviceFor(journal.meantFor);
    groups.set(advice, [...(groups.get(advice) ?? []), journal]);
  }
  const inStore = found.filter(isForwarded);
  return {
    problems: [...groups].map(([advice, of]) => `${waitText(of, nowMs)} and nobody ships them: ${advice}`),
    warnings:
      inStore.length === 0
        ? []
        : [
            `${waitText(inStore, nowMs)}: their applications ended when all was in a store; with the store as --buffer this ` +
              "shows whether they are delivered",
          ],
  };
}

function adviceFor(meantFor = ANY_SHIPPER): string {
  if (meantFor === ANY_SHIPPER) return "start `dragonlog ship`";
  return isForStore(meantFor)
    ? "start their application again, or `dragonlog ship` with the store as --buffer"
    : "start their application again, which ships by itself";
}

/** What is taken, and waits long all the same. Who has said that it cannot send is left out, for that is told already. */
export function late(facts: HealthFacts): Lateness {
  const inStore = lateInStore(facts);
  const inJournals = lateInJournals(facts, inStore.problems.length + inStore.warnings.length > 0);
  return {
    problems: [...inJournals.problems, ...inStore.problems],
    warnings: [...inJournals.warnings, ...inStore.warnings],
  };
}

function lateInJournals(facts: HealthFacts, storeIsLate: boolean): Lateness {
  const { journals, shippers, forwarders, nowMs } = facts;
  const silenced = new Set([...stoppedIn(shippers), ...heldUpIn(forwarders)]);
  const found = journals.filter(
    (journal) =>
      journal.shipperPid !== undefined &&
      !silenced.has(journal.shipperPid) &&
      waitedMs(journal, nowMs) > LATE_INTERVALS * intervalOf(shippers, journal.shipperPid) + GRACE_MS,
  );
  const stuck: JournalState[] = [];
  const goingOut: JournalState[] = [];
  const inStore: JournalState[] = [];
  for (const [pid, of] of byTaker(found)) {
    const shipped = of.filter(({ meantFor }) => !isForStore(meantFor));
    const forwarded = of.filter(({ meantFor }) => isForStore(meantFor));
    const shipper = shippers.find(({ process }) => process.pid === pid);
    (isCatchingUp(shipper, shipped, nowMs) ? goingOut : stuck).push(...shipped);
    // They are kept here until they are delivered, which is not this process's to do.
    (hasNoneInStore(forwarders, pid) ? stuck : inStore).push(...forwarded);
  }
  const text = (of: readonly JournalState[], rest: (takers: string, verb: string) => string): string[] =>
    of.length === 0 ? [] : [`${waitText(of, nowMs)}${rest(...takersOf(of))}`];
  return {
    problems: text(stuck, (takers, s) => ` although ${takers} take${s} them`),
    warnings: [
      ...text(goingOut, (takers, s) => `, and ${takers} send${s} them`),
      // Told by what is known of the store.
      ...(storeIsLate
        ? []
        : text(inStore, (takers, s) => `: ${takers} put${s} them into a store, and others ship them`)),
    ],
  };
}

/** By partition: each is emptied by one shipper, which may be here and say how long it may take. */
function lateInStore({ store, shippers, nowMs }: HealthFacts): Lateness {
  const { shippers: ofStore = [], partitions = [] } = store?.view.state ?? {};
  if (ofStore.length === 0) {
    return { problems: [], warnings: [] };
  }
  const stopped = stoppedIn(shippers);
  const stuck: PartitionState[] = [];
  const goingOut: PartitionState[] = [];
  const elsewhere: PartitionState[] = [];
  const here = new Map<ShipperReport, PartitionState[]>();
  for (const partition of partitions) {
    const { shipper } = partition;
    const taker = shippers.find(
      ({ process: { pid, host } }) => pid === shipper?.pid && host === shipper?.host,
    );
    const intervalMs = taker?.intervalMs ?? intervalOf(shippers);
    if (waitedMs(partition, nowMs) <= LATE_INTERVALS * intervalMs + GRACE_MS) {
      continue;
    }
    if (taker !== undefined) {
      here.set(taker, [...(here.get(taker) ?? []), partition]);
    } else {
      (shipper === undefined ? stuck : elsewhere).push(partition);
    }
  }
  for (const [taker, of] of here) {
    if (!stopped.has(taker.process.pid)) {
      (isCatchingUp(taker, of, nowMs) ? goingOut : stuck).push(...of);
    }
  }
  const text = (of: readonly PartitionState[], rest: string): string[] =>
    of.length === 0 ? [] : [`${waitText(of, nowMs)} in the store${rest}`];
  return {
    problems: text(stuck, `, although ${countedDoing(ofStore.length, "shipper", "live")}`),
    warnings: [
      ...text(goingOut, ", and are being sent"),
      ...text(elsewhere, ", for shippers of other machines, where status says whether that is too long"),
    ],
  };
}

/** Pids of those that have said that they cannot send, or not everything. */
function stoppedIn(shippers: readonly ShipperReport[]): Set<number> {
  return new Set(
    shippers
      .filter(({ trouble, refused }) => trouble !== undefined || refused.length > 0)
      .map(({ process }) => process.pid),
  );
}

function heldUpIn(forwarders: readonly ForwarderReport[]): number[] {
  return forwarders.flatMap(({ trouble, process: { pid } }) => (trouble === undefined ? [] : pid));
}

/** False where it does not say. */
function hasNoneInStore(forwarders: readonly ForwarderReport[], pid: number): boolean {
  const own = forwarders.filter(({ process }) => process.pid === pid);
  return own.length > 0 && own.every(({ recordsInStore }) => recordsInStore === 0);
}

/** What it sends in a second cannot be what has waited for so long. One that has just begun is believed. */
function isCatchingUp(shipper: ShipperReport | undefined, of: readonly Aged[], nowMs: number): boolean {
  if (shipper === undefined) {
    return false;
  }
  const { rates, startedAt } = shipper;
  return rates === undefined
    ? nowMs - Date.parse(startedAt) < GRACE_MS
    : rates.outRecords > 0 && recordsIn(of) >= rates.outRecords;
}

function byTaker(journals: readonly JournalState[]): Map<number, JournalState[]> {
  const all = new Map<number, JournalState[]>();
  for (const journal of journals) {
    const pid = journal.shipperPid!;
    all.set(pid, [...(all.get(pid) ?? []), journal]);
  }
  return all;
}

/** Who takes them, and the ending of what they do. */
function takersOf(journals: readonly JournalState[]): [takers: string, ending: string] {
  const pids = [...byTaker(journals).keys()];
  return pids.length === 1 ? [`process ${pids[0]}`, "s"] : [`${pids.length} processes`, ""];
}

function isForStore(meantFor: string | undefined): boolean {
  return meantFor?.startsWith(STORE_PREFIX) === true;
}

/** Such as `12 records have waited for up to 7m`. */
function waitText(all: readonly Aged[], nowMs: number): string {
  const records = recordsIn(all);
  const longestMs = Math.max(...all.map((each) => waitedMs(each, nowMs)));
  return `${counted(records, "record")} ${records === 1 ? "has" : "have"} waited for up to ${formatSpan(longestMs)}`;
}

function recordsIn(all: readonly Aged[]): number {
  return all.reduce((sum, { waiting }) => sum + waiting.records, 0);
}

/** The longest that a record should wait; of the shipper with this pid if there is one, else of the slowest. */
function intervalOf(shippers: readonly ShipperReport[], pid?: number): number {
  const own = shippers.filter(({ process }) => process.pid === pid);
  const all = (own.length > 0 ? own : shippers).map(({ intervalMs }) => intervalMs);
  return all.length === 0 ? ASSUMED_INTERVAL_MS : Math.max(...all);
}

/** Below 0 where nothing waits. A record of last week that was logged just now has not waited for a week. */
function waitedMs(
  { waiting: { oldestMs }, waitingSinceMs = Number.NEGATIVE_INFINITY }: Aged,
  nowMs: number,
): number {
  return oldestMs === undefined ? Number.NEGATIVE_INFINITY : nowMs - Math.max(oldestMs, waitingSinceMs);
}
