/** What `dragonlog status` says to people: the verdict first, then what waits and flows, then who is there. */
import { byCause } from "../limit/held-back.js";
import { latencyQuantile } from "../ship/latency.js";
import type { Latency } from "../ship/vitals.js";
import { counted, countedDoing, formatBytes, formatSpan } from "../system/figures.js";
import type { Overview, StoreOverview } from "./overview.js";
import { EMPTY, lineOf, type StatusLine } from "./status-line.js";
import {
  destinationTable,
  figure,
  forwarderTable,
  partitionTable,
  rateText,
  shipperTable,
  storeShipperTable,
  writerTable,
} from "./status-tables.js";

const NOT_HEALTHY = "NOT HEALTHY: ";
/** Services and types that are named of what was held back. */
const MOST_MAX = 3;

export function statusLines(overview: Overview): StatusLine[] {
  const sections = [
    verdict(overview),
    facts(overview),
    destinationTable(overview),
    writerTable(overview),
    storeLines(overview),
    forwarderTable(overview),
    shipperLines(overview),
    isEmpty(overview) ? whatNext(overview) : [],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : [EMPTY, ...lines]));
}

function verdict({ health: { healthy, problems, warnings } }: Overview): StatusLine[] {
  const told = problems.map((problem, index) =>
    lineOf(`${index === 0 ? NOT_HEALTHY : " ".repeat(NOT_HEALTHY.length)}${problem}`, "bad"),
  );
  return [
    ...(healthy ? [lineOf("healthy", "good")] : told),
    ...warnings.map((warning) => lineOf(`warning: ${warning}`, "warning")),
  ];
}

function facts(overview: Overview): StatusLine[] {
  const { waiting, rates, shippers, deadLetters, journals, dir, atMs } = overview;
  const { records, bytes, oldestMs } = waiting;
  const age = oldestMs === undefined ? "" : `, the oldest for ${formatSpan(atMs - oldestMs)}`;
  const pairs: (readonly [string, string])[] = [
    [
      "waiting",
      records === 0
        ? "nothing"
        : `${figure(records)} ${records === 1 ? "record" : "records"} (${formatBytes(bytes)}${age})`,
    ],
  ];
  if (rates !== undefined) {
    const { inRecords, outRecords, outBytes, overMs } = rates;
    pairs.push([
      "rates",
      `${rateText(inRecords)} in, ${rateText(outRecords)} out a second (${formatBytes(Math.round(outBytes))}/s), ` +
        `over ${formatSpan(overMs)}`,
    ]);
  }
  const puts = putsText(shippers.map(({ putLatency }) => putLatency));
  if (puts !== undefined) {
    pairs.push(["puts", puts]);
  }
  pairs.push(...countsOf("dropped", journals.dropped));
  const most = new Set(journals.suppressed.map(({ service, type }) => `${service} ${type}`));
  const mostOf = `most of ${[...most].slice(0, MOST_MAX).join(", ")}`;
  pairs.push(...countsOf("suppressed", byCause(journals.suppressed), `; ${mostOf}`));
  if (deadLetters.bytes > 0) {
    const room = deadLetters.bytesMax === undefined ? "" : ` of ${formatBytes(deadLetters.bytesMax)}`;
    pairs.push(["dead letters", `${formatBytes(deadLetters.bytes)}${room} in ${deadLetters.dir}`]);
  }
  pairs.push(["journals", `${journals.journals === 0 ? "none" : figure(journals.journals)} in ${dir}`]);
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, text]) => lineOf(`${name.padEnd(width)}  ${text}`));
}

/** Such as `1,204 records (limit 1,200, sample 4)`; nothing where there are none. */
function countsOf(
  name: string,
  counts: Readonly<Record<string, number>>,
  more = "",
): (readonly [string, string])[] {
  const causes = Object.entries(counts).filter(([, count]) => count > 0);
  if (causes.length === 0) return [];
  const records = causes.reduce((sum, [, count]) => sum + count, 0);
  const shown = causes.map(([cause, count]) => `${cause} ${figure(count)}`).join(", ");
  return [[name, `${counted(records, "record")} (${shown}${more})`]];
}

/** Such as `12 ms in the middle, 80 ms for 99 % of 1,204`. */
function putsText(latencies: readonly Latency[]): string | undefined {
  const [first, ...others] = latencies;
  if (first === undefined) {
    return undefined;
  }
  const all = others.reduce<Latency>(
    (sum, each) => ({
      buckets: sum.buckets.map((puts, index) => puts + each.buckets[index]!),
      count: sum.count + each.count,
      sumMs: sum.sumMs + each.sumMs,
    }),
    first,
  );
  const [p50, p99] = [0.5, 0.99].map((share) => latencyQuantile(all, share));
  return p50 === undefined ? undefined : `p50 ${p50} ms, p99 ${p99} ms (${counted(all.count, "answer")})`;
}

function storeLines({ store, atMs }: Overview): StatusLine[] {
  if (store === undefined || store.error !== undefined) {
    return [];
  }
  const { name, waiting, blocks, servers, budgetBytes, lists, partitions, shippers } = store;
  const { records, bytes, oldestMs } = waiting;
  const used = blocks === 0 ? "" : ` in ${counted(blocks, "block")}`;
  const age = oldestMs === undefined ? "" : `, the oldest for ${formatSpan(atMs - oldestMs)}`;
  const budget = budgetBytes === undefined ? "" : `, and records go in up to ${formatBytes(budgetBytes)}`;
  const tables = [partitionTable(store, atMs), storeShipperTable(store)];
  return [
    lineOf(`${name}: ${countedDoing(records, "record", "wait")}${used} (${formatBytes(bytes)}${age})`),
    ...servers.map(({ kind, version, usedBytes, bytesMax }) => {
      const limit = bytesMax === 0 ? "without a limit" : `of ${formatBytes(bytesMax)}`;
      return lineOf(`${kind} ${version}: ${formatBytes(usedBytes)} used ${limit}${budget}`);
    }),
    ...lists.filter(({ entries }) => entries !== 0).map(listLine),
    ...(partitions === 0 ? [lineOf("nobody has used it yet")] : []),
    ...(shippers.length === 0 ? [lineOf("no shipper lives")] : []),
    ...tables.flatMap((lines) => (lines.length === 0 ? [] : [EMPTY, ...lines])),
  ];
}

function listLine({ key, entries, error }: StoreOverview["lists"][number]): StatusLine {
  return lineOf(
    error === undefined
      ? `list ${key}: ${countedDoing(entries ?? 0, "entry", "wait", "entries")}`
      : `list ${key} cannot be read: ${error}`,
  );
}

function shipperLines(overview: Overview): StatusLine[] {
  const { shippers, standbys, store, atMs } = overview;
  const nobody = shippers.length === 0 && store === undefined && !isEmpty(overview);
  return [
    ...(nobody ? [lineOf("no shipper runs")] : shipperTable(overview)),
    ...standbys.map(({ pid, sinceMs }) =>
      lineOf(`standby ${pid} has waited for ${formatSpan(atMs - sinceMs)} to take over`),
    ),
  ];
}

function isEmpty({ journals, shippers, standbys, forwarders, store, deadLetters }: Overview): boolean {
  return (
    journals.journals === 0 &&
    shippers.length + standbys.length + forwarders.length === 0 &&
    store === undefined &&
    deadLetters.bytes === 0
  );
}

function whatNext({ dir }: Overview): StatusLine[] {
  return [
    lineOf(`Nobody has logged to ${dir} yet, and no shipper runs. What to do next:`),
    lineOf("  echo hello | dragonlog pipe --service demo   record a line"),
    lineOf("  dragonlog ship --to directory:logs           deliver what waits, and what comes, to files"),
    lineOf("  dragonlog demo                               see the whole of it in a minute"),
    lineOf("  dragonlog doctor                             see whether this machine has all that it needs"),
  ];
}
