/** What an audit has found, for people and for programs. */
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";
import type { Tally } from "./tally.js";
import type { WriterVerdict } from "./verdict.js";

/** A terminal is no place for more; `--json` has them all. */
const WRITERS_SHOWN_MAX = 20;

const COUNTS = [
  "found",
  "missing",
  "incomplete",
  "doubled",
  "outOfOrder",
  "foundLater",
  "before",
  "waiting",
  "dead",
  "dropped",
  "dropsReported",
] as const satisfies readonly (keyof WriterVerdict)[];

type Totals = Readonly<Record<(typeof COUNTS)[number], number>>;

export interface Scope {
  readonly destination: string;
  readonly group: string;
  /** Undefined for all of the group. */
  readonly stream: string | undefined;
  /** Undefined for everything that the destination holds. */
  readonly sinceMs: number | undefined;
}

export interface AuditReport {
  readonly scope: Scope;
  readonly events: number;
  readonly foreign: number;
  readonly totals: Totals;
  /** Those of which something is missing first, then those with anything else to say. */
  readonly writers: readonly WriterVerdict[];
}

export function reportOf(
  scope: Scope,
  { events, foreign }: Pick<Tally, "events" | "foreign">,
  verdicts: readonly WriterVerdict[],
): AuditReport {
  const sum = (key: (typeof COUNTS)[number]) => verdicts.reduce((total, verdict) => total + verdict[key], 0);
  const totals = Object.fromEntries(COUNTS.map((key) => [key, sum(key)])) as Totals;
  const writers = [...verdicts].sort((a, b) => b.missing - a.missing || remarkable(b) - remarkable(a));
  return { scope, events, foreign, totals, writers };
}

/** Where nothing was found nothing is proven: it may be the wrong place, or all of it is gone. */
export function isComplete({ totals, writers }: AuditReport): boolean {
  return writers.length > 0 && totals.missing === 0;
}

export function reportJson(report: AuditReport): string {
  const { scope, events, foreign, totals, writers } = report;
  const { destination, group, stream = null, sinceMs } = scope;
  const since = sinceMs === undefined ? null : new Date(sinceMs).toISOString();
  const complete = isComplete(report);
  return `${JSON.stringify({ complete, destination, group, stream, since, events, foreign, totals, writers })}\n`;
}

export function reportText(report: AuditReport): string {
  const { scope, events, foreign, totals, writers } = report;
  const what = `${counted(events, "event")}, ${counted(writers.length, "writer")}, ${counted(foreign, "foreign line")}`;
  const lines = [`${printable(scopeText(scope))}: ${what}`];
  if (writers.length === 0) {
    lines.push(
      "no records of dragonlog, so nothing is proven: is it the right destination, region, group, stream and time?",
    );
    return text(lines);
  }
  lines.push("", writerTable(report).trimEnd());
  if (writers.length > WRITERS_SHOWN_MAX) {
    lines.push(`and ${counted(writers.length - WRITERS_SHOWN_MAX, "more writer")}; --json names them all`);
  }
  lines.push("");
  for (const verdict of writers.slice(0, WRITERS_SHOWN_MAX)) {
    if (verdict.missing > 0) lines.push(missingText(verdict));
  }
  lines.push(
    totals.missing === 0
      ? `nothing is missing: ${counted(totals.found, "record")} found`
      : `${counted(totals.missing, "record")} missing, ${number(totals.found)} found`,
    ...notes(report),
  );
  return text(lines);
}

function scopeText({ destination, group, stream, sinceMs }: Scope): string {
  const streams = stream === undefined ? "all streams" : `stream ${stream}`;
  const since = sinceMs === undefined ? "" : `, since ${new Date(sinceMs).toISOString()}`;
  return `${destination}, group ${group}, ${streams}${since}`;
}

function writerTable({ totals, writers }: AuditReport): string {
  const row = (name: string, seqs: string, counts: Totals) => [
    name,
    seqs,
    ...[counts.found, counts.missing, counts.doubled, counts.outOfOrder].map(number),
    remarks(counts),
  ];
  const rows = writers
    .slice(0, WRITERS_SHOWN_MAX)
    .map((verdict) => row(verdict.writer, rangeText([verdict.first, verdict.last]), verdict));
  const all = writers.length > 1 ? [row("all", "", totals)] : [];
  return table(
    ["writer", "seqs", "found", "missing", "doubled", "out of order", "of these or besides"],
    [...rows, ...all],
  );
}

function remarks({ incomplete, foundLater, before, waiting, dead, dropped, dropsReported }: Totals): string {
  const said: [count: number, what: string][] = [
    [incomplete, "incomplete"],
    [before, "before the window"],
    [foundLater, "found at a second look"],
    [waiting, "waiting in the journal"],
    [dead, "dead letters"],
    [dropped, "dropped, as reported"],
    [dropsReported - dropped, "dropped before they had a seq, as reported"],
  ];
  return said
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${number(count)} ${what}`)
    .join(", ");
}

function missingText({ writer, missing, missingFirst }: WriterVerdict): string {
  const shown = missingFirst.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const more = missing > shown ? `, and ${number(missing - shown)} more` : "";
  return `missing of ${writer}: ${missingFirst.map(rangeText).join(", ")}${more}`;
}

/** What the figures do not say, where it matters. */
function notes({ scope, totals, writers }: AuditReport): string[] {
  const said: string[] = [];
  const missesItsBeginning = writers.some(({ missingFirst }) => missingFirst[0]?.[0] === 0);
  if (missesItsBeginning && scope.sinceMs === undefined) {
    said.push("If the retention of the group or a clean-up took the oldest records, audit with --since.");
  }
  if (totals.missing > 0 && scope.sinceMs !== undefined) {
    said.push(
      "Records that got an earlier timestamp from the application lie before the window and were not seen.",
    );
  }
  if (totals.missing > 0) {
    said.push(
      "What still waits on another machine, or went to another group, cannot be told from what is lost.",
    );
  }
  said.push(
    "What comes behind the last seq of a writer is not known here: `dragonlog status` shows what waits.",
  );
  return said;
}

function remarkable(verdict: WriterVerdict): number {
  return verdict.doubled + verdict.outOfOrder > 0 ? 2 : remarks(verdict) === "" ? 0 : 1;
}

function rangeText([from, to]: readonly [number, number]): string {
  return from === to ? `${from}` : `${from}-${to}`;
}

function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? "" : "s"}`;
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
