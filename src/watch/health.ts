/**
 * Whether what is logged is kept and delivered, decided from what was seen, and from nothing else.
 *
 * A problem keeps records from being delivered, or from being kept, now: a check fails then, and somebody should come. A warning
 * is what somebody should look at, although everything is on its way. Sentences stay few however much is wrong: what is
 * alike is counted.
 */
import type { JournalState } from "../buffer/waiting.js";
import type { Note } from "../forward/note.js";
import type { ForwarderReport } from "../forward/report.js";
import type { ShipperReport } from "../ship/report.js";
import { counted, formatBytes, formatSpan } from "../system/figures.js";
import { late, unshipped } from "./lateness.js";
import type { Health, Overview } from "./overview.js";
import { type StoreFacts, troubleIn } from "./store-trouble.js";
import { droppedIn } from "./writer-views.js";

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
  readonly store: Omit<StoreFacts, "journals" | "forwarded"> | undefined;
  /** What the last forwarders of journals had put into a store, by writer, of those that nobody takes. */
  readonly forwarded: ReadonlyMap<string, Note>;
  readonly deadLetters: Overview["deadLetters"];
}

export function healthOf(facts: HealthFacts): Health {
  const ofStore = storeProblems(facts);
  const untaken = unshipped(facts);
  // What is the matter with the store holds up what is behind it.
  const taken = ofStore.length > 0 ? { problems: [], warnings: [] } : late(facts);
  const problems = [
    ...ofStore,
    ...facts.shippers.flatMap((shipper) => stoppedText(shipper, facts.nowMs)),
    ...unreadable(facts),
    ...full(facts),
    ...untaken.problems,
    ...taken.problems,
    ...lettersProblems(facts),
  ];
  const warnings = [
    ...untaken.warnings,
    ...taken.warnings,
    ...lettersWarnings(facts),
    ...dropWarnings(facts),
    ...facts.shippers.flatMap(shipperWarnings),
  ];
  return { healthy: problems.length === 0, problems, warnings };
}

function storeProblems({ store, forwarders, forwarded, journals, nowMs }: HealthFacts): string[] {
  const heldUp = heldUpTexts(forwarders, nowMs);
  return store === undefined ? heldUp : [...troubleIn({ ...store, journals, forwarded }), ...heldUp];
}

/** Whatever store they are for: what they cannot put there waits here. */
function heldUpTexts(forwarders: readonly ForwarderReport[], nowMs: number): string[] {
  const groups = new Map<string, ForwarderReport[]>();
  for (const forwarder of forwarders) {
    if (forwarder.trouble !== undefined) {
      groups.set(forwarder.store, [...(groups.get(forwarder.store) ?? []), forwarder]);
    }
  }
  return [...groups].map(([store, of]) => {
    const [{ process, trouble }] = of.sort((a, b) => a.trouble!.sinceMs - b.trouble!.sinceMs) as [
      ForwarderReport,
    ];
    const { cause, detail, sinceMs } = trouble!;
    const who =
      of.length === 1
        ? `forwarder ${process.pid} has`
        : `forwarder ${process.pid} and ${counted(of.length - 1, "other")} have`;
    return `${who} been held up on the way to ${store} for ${formatSpan(nowMs - sinceMs)} (${cause}: ${detail})`;
  });
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
