/**
 * Whether what is logged is kept and delivered, decided from what was seen, and from nothing else.
 *
 * A problem keeps records from being delivered, or from being kept, now: a check fails then, and somebody should come. A warning
 * is what somebody should look at, although everything is on its way. Sentences stay few however much is wrong: what is
 * alike is counted.
 */
import type { JournalState } from "../buffer/waiting.js";
import type { ForwarderReport } from "../forward/report.js";
import { ANY_SHIPPER, STORE_PREFIX } from "../journal/folder.js";
import type { ShipperReport } from "../ship/report.js";
import { counted, countedDoing, formatBytes, formatSpan } from "../system/figures.js";
import type { Health, Overview } from "./overview.js";
import { type StoreFacts, troubleIn } from "./store-trouble.js";
import { droppedIn } from "./writer-views.js";

/** Where no shipper says after how long it sends what waits. */
const INTERVAL_MS = 120_000;
/** For a destination that has to be tried twice, and a clock that is looked at. */
const GRACE_MS = 30_000;
/** Nobody ships them: a shipper that was started now would be late already. */
const UNSHIPPED_INTERVALS = 2;
/** They are shipped, and something holds them up. */
const LATE_INTERVALS = 3;
/** Of the room of a journal; delivered segments that are kept for use again take some of it, so what waits counts as well. */
const JOURNAL_FULL = 0.95;
const JOURNAL_WAITING = 0.5;
/** Of the room for dead letters. */
const LETTERS_NEAR = 0.8;
/** Of each shipper. */
const REFUSED_TOLD_MAX = 3;

export interface HealthFacts {
  readonly nowMs: number;
  readonly journals: readonly JournalState[];
  readonly shippers: readonly ShipperReport[];
  readonly forwarders: readonly ForwarderReport[];
  readonly store: Omit<StoreFacts, "forwarders" | "journals"> | undefined;
  readonly deadLetters: Overview["deadLetters"];
}

export function healthOf(facts: HealthFacts): Health {
  const inStore = storeProblems(facts);
  const problems = [
    ...inStore,
    ...facts.shippers.flatMap((shipper) => stoppedText(shipper, facts.nowMs)),
    ...unreadable(facts),
    ...full(facts),
    ...unshipped(facts),
    // What is the matter with the store holds up what is behind it.
    ...(inStore.length > 0 ? [] : late(facts)),
    ...lettersProblems(facts),
  ];
  const warnings = [
    ...lettersWarnings(facts),
    ...dropWarnings(facts),
    ...facts.shippers.flatMap(shipperWarnings),
  ];
  return { healthy: problems.length === 0, problems, warnings };
}

function storeProblems({ store, forwarders, journals, nowMs }: HealthFacts): string[] {
  return store === undefined ? [] : troubleIn({ ...store, forwarders, journals }, nowMs);
}

function stoppedText({ process: { pid }, sink, trouble, refused }: ShipperReport, nowMs: number): string[] {
  const lines = refused
    .slice(0, REFUSED_TOLD_MAX)
    .map(
      ({ destination: { group, stream }, cause, detail, sinceMs }) =>
        `shipper ${pid} has sent nothing to ${group}/${stream} for ${formatSpan(nowMs - sinceMs)} (${cause}: ${detail})`,
    );
  if (refused.length > lines.length) {
    lines.push(`shipper ${pid}: ${refused.length - lines.length} more destinations are refused`);
  }
  if (trouble !== undefined) {
    const { cause, detail, sinceMs, retryAtMs } = trouble;
    const next = retryAtMs > nowMs ? `in ${formatSpan(retryAtMs - nowMs)}` : "now";
    lines.unshift(
      `shipper ${pid} has sent nothing to ${sink} for ${formatSpan(nowMs - sinceMs)} (${cause}: ${detail}); next try ${next}`,
    );
  }
  return lines;
}

function unreadable({ journals }: HealthFacts): string[] {
  const bad = journals.filter(({ error }) => error !== undefined);
  if (bad.length === 0) {
    return [];
  }
  const [{ writer, error }] = bad as [JournalState];
  const more = bad.length === 1 ? "" : ` and ${counted(bad.length - 1, "other journal")}`;
  return [`journal ${writer}${more} cannot be read, and nothing of it is delivered: ${error}`];
}

function full({ journals }: HealthFacts): string[] {
  const found = journals.filter(
    ({ bytesMax, fileBytes, waiting }) =>
      bytesMax !== undefined &&
      fileBytes >= JOURNAL_FULL * bytesMax &&
      waiting.bytes >= JOURNAL_WAITING * bytesMax,
  );
  if (found.length === 0) {
    return [];
  }
  const [{ service, fileBytes, bytesMax }] = found as [JournalState];
  const more = found.length === 1 ? "" : ` and ${counted(found.length - 1, "other journal")}`;
  return [
    `the journal of ${service}${more} is full (${formatBytes(fileBytes)} of ${formatBytes(bytesMax!)}), so records are dropped`,
  ];
}

function unshipped({ journals, shippers, store, nowMs }: HealthFacts): string[] {
  const longMs = UNSHIPPED_INTERVALS * intervalOf(shippers) + GRACE_MS;
  const found = journals.filter(
    ({ shipperPid, error, meantFor, waiting }) =>
      shipperPid === undefined &&
      error === undefined &&
      // What is bound for the store is told by what is known of the store.
      (store === undefined || meantFor !== store.bound) &&
      ageOf(waiting.oldestMs, nowMs) > longMs,
  );
  const groups = new Map<string, JournalState[]>();
  for (const journal of found) {
    const advice = adviceFor(journal.meantFor);
    groups.set(advice, [...(groups.get(advice) ?? []), journal]);
  }
  return [...groups].map(([advice, of]) => `${waitText(of, nowMs)} and nobody ships them: ${advice}`);
}

function adviceFor(meantFor = ANY_SHIPPER): string {
  if (meantFor === ANY_SHIPPER) return "start `dragonlog ship`";
  return meantFor.startsWith(STORE_PREFIX)
    ? "start their application again, or `dragonlog ship` with the store as --buffer"
    : "start their application again, which ships by itself";
}

function late({ journals, shippers, forwarders, store, nowMs }: HealthFacts): string[] {
  const stopped = new Set(
    shippers
      .filter(({ trouble, refused }) => trouble !== undefined || refused.length > 0)
      .map(({ process }) => process.pid),
  );
  const heldUp = new Set(
    forwarders.filter(({ trouble }) => trouble !== undefined).map(({ process }) => process.pid),
  );
  const found = journals.filter(
    ({ shipperPid, waiting }) =>
      shipperPid !== undefined &&
      !stopped.has(shipperPid) &&
      !heldUp.has(shipperPid) &&
      ageOf(waiting.oldestMs, nowMs) > LATE_INTERVALS * intervalOf(shippers, shipperPid) + GRACE_MS,
  );
  const lines = found.length === 0 ? [] : [`${waitText(found, nowMs)} although ${takersOf(found)} them`];
  const { state } = store?.view ?? {};
  const inStoreMs = ageOf(state?.waiting.oldestMs, nowMs);
  if (state !== undefined && state.shippers.length > 0 && found.length === 0) {
    if (inStoreMs > LATE_INTERVALS * intervalOf(shippers) + GRACE_MS && stopped.size === 0) {
      const { records } = state.waiting;
      lines.push(
        `${countedDoing(records, "record", "wait")} in the store, the oldest for ${formatSpan(inStoreMs)}, although ` +
          `${countedDoing(state.shippers.length, "shipper", "live")}`,
      );
    }
  }
  return lines;
}

function takersOf(journals: readonly JournalState[]): string {
  const pids = [...new Set(journals.map(({ shipperPid }) => shipperPid))];
  return pids.length === 1 ? `process ${pids[0]} takes` : `${pids.length} processes take`;
}

/** Such as `12 records have waited for up to 7m`. */
function waitText(journals: readonly JournalState[], nowMs: number): string {
  let records = 0;
  let oldestMs = nowMs;
  for (const { waiting } of journals) {
    records += waiting.records;
    oldestMs = Math.min(oldestMs, waiting.oldestMs ?? nowMs);
  }
  const have = records === 1 ? "has" : "have";
  return `${counted(records, "record")} ${have} waited for up to ${formatSpan(nowMs - oldestMs)}`;
}

function lettersProblems({ shippers, deadLetters }: HealthFacts): string[] {
  const { dir, bytes, bytesMax, error } = deadLetters;
  const lines = shippers.flatMap(({ process: { pid }, counts: { lettersError } }) =>
    lettersError === undefined
      ? []
      : [`shipper ${pid} cannot write dead letters, and their records stay in the buffer: ${lettersError}`],
  );
  if (error !== undefined) {
    lines.push(`dead letters cannot be looked at: ${error}`);
  }
  return bytesMax === undefined || bytes < LETTERS_NEAR * bytesMax
    ? lines
    : [...lines, `dead letters take ${formatBytes(bytes)} of ${formatBytes(bytesMax)} in ${dir}`];
}

function lettersWarnings({ deadLetters: { dir, bytes, since } }: HealthFacts): string[] {
  if (bytes === 0) {
    return [];
  }
  const when = since === undefined ? "" : ` since ${since}`;
  return [`dead letters lie in ${dir}${when} (${formatBytes(bytes)}): \`dragonlog dead list\` says why`];
}

function dropWarnings({ journals }: HealthFacts): string[] {
  const dropping = journals.filter(({ alive, dropped }) => alive && Object.keys(dropped).length > 0);
  const causes = Object.entries(droppedIn(dropping)).filter(([, records]) => records > 0);
  if (causes.length === 0) {
    return [];
  }
  const all = causes.reduce((sum, [, records]) => sum + records, 0);
  const text = causes.map(([cause, records]) => `${cause} ${records}`).join(", ");
  const since = dropping.length === 1 ? "it" : "they";
  const whose = dropping.length === 1 ? dropping[0]!.service : `${dropping.length} writers`;
  return [
    `${counted(all, "record")} of ${whose} ${all === 1 ? "was" : "were"} dropped since ${since} began (${text})`,
  ];
}

function shipperWarnings({ process: { pid }, pageTrouble, alerts, counts }: ShipperReport): string[] {
  const lines: string[] = [];
  if (pageTrouble !== undefined) {
    lines.push(`shipper ${pid} serves no page: ${pageTrouble}`);
  }
  for (const [channel, { waiting }] of Object.entries(alerts.channels)) {
    if (waiting > 0) {
      lines.push(`shipper ${pid} could not send ${counted(waiting, "alert")} by ${channel} yet`);
    }
  }
  const damage = Object.entries(counts.damage).filter(([, amount]) => amount > 0);
  if (damage.length > 0) {
    const text = damage.map(([cause, amount]) => `${cause} ${amount}`).join(", ");
    lines.push(`shipper ${pid} found that records are gone or cannot be read (${text})`);
  }
  return lines;
}

/** The longest that a record should wait; of the shipper with this pid if there is one, else of the slowest. */
function intervalOf(shippers: readonly ShipperReport[], pid?: number): number {
  const own = shippers.filter(({ process }) => process.pid === pid);
  const all = (own.length > 0 ? own : shippers).map(({ intervalMs }) => intervalMs);
  return all.length === 0 ? INTERVAL_MS : Math.max(...all);
}

/** Below 0 where nothing waits. */
function ageOf(oldestMs: number | undefined, nowMs: number): number {
  return oldestMs === undefined ? Number.NEGATIVE_INFINITY : nowMs - oldestMs;
}
