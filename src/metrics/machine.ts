/** What lies on this machine. Each shipper of a machine says the same of it. */
import { FRAME_HEADER_BYTES } from "../journal/format.js";
import type { Waiting } from "../record/stored-record.js";
import type { JournalTotals, Overview, WriterView } from "../watch/overview.js";
import { gauge, type Metric, seconds } from "./metric.js";
import { byLabels, byName, OTHERS, one, type Sample } from "./samples.js";

/** They are written from the start, so that the first drop is a rise. The rarer ones stand there when there are any. */
const DROP_CAUSES = ["journal full", "disk full", "journal unavailable"];

export const MACHINE: readonly Metric[] = [
  gauge("dragonlog_healthy", [], "1 while everything is delivered and kept, 0 otherwise.", ({ overview }) =>
    one(overview.health.healthy ? 1 : 0),
  ),
  gauge(
    "dragonlog_problems",
    [],
    "What keeps records from being delivered or kept: how many sentences `dragonlog status` says of it.",
    ({ overview }) => one(overview.health.problems.length),
  ),
  gauge(
    "dragonlog_warnings",
    [],
    "What people should look at although everything is delivered.",
    ({ overview }) => one(overview.health.warnings.length),
  ),
  gauge(
    "dragonlog_waiting_records",
    [],
    "Records that wait in the journals and the store, whatever was forwarded counted once.",
    ({ overview }) => one(overview.waiting.records),
  ),
  gauge("dragonlog_waiting_bytes", [], "Bytes of their lines.", ({ overview }) =>
    one(overview.waiting.bytes),
  ),
  gauge(
    "dragonlog_oldest_age_seconds",
    [],
    "Age of the oldest record that waits; 0 when none does.",
    ({ overview }) => one(ageSeconds(overview, overview.waiting)),
  ),
  gauge(
    "dragonlog_logged_records_per_second",
    [],
    "Records that are logged on this machine, as far as it can be seen: what is delivered plus what waits more than before, over the last half minute.",
    ({ overview }) => one(loggedPerSecond(overview)),
  ),
  gauge(
    "dragonlog_lag_records",
    [],
    "Records in the journals that are not known to be delivered: what the cursors lag behind.",
    ({ overview }) => one(overview.journals.lagRecords),
  ),
  gauge(
    "dragonlog_journals",
    ["state"],
    "Journals whose process lives or has ended, and those of them that cannot be read.",
    ({ overview }) => byName("state", states(overview.journals)),
  ),
  gauge(
    "dragonlog_journals_untaken",
    [],
    "Journals with waiting records that no shipper and no forwarder takes.",
    ({ overview }) =>
      one(
        overview.writers.filter(({ takenBy, waiting }) => takenBy === undefined && waiting.records > 0)
          .length,
      ),
  ),
  gauge(
    "dragonlog_journal_waiting_records",
    ["service"],
    "Records that wait in journals, by service.",
    ({ overview }) => byService(overview, ({ waiting }) => waiting.records),
  ),
  gauge("dragonlog_journal_waiting_bytes", ["service"], "Bytes of their lines.", ({ overview }) =>
    byService(overview, ({ waiting }) => waiting.bytes),
  ),
  gauge(
    "dragonlog_journal_oldest_age_seconds",
    ["service"],
    "Age of the oldest record that waits in a journal of the service; 0 when none does.",
    ({ overview }) => byService(overview, ({ waiting }) => ageSeconds(overview, waiting), Math.max),
  ),
  gauge(
    "dragonlog_journal_file_bytes",
    [],
    "Disk that the journals take, free segments included.",
    ({ overview }) => one(overview.journals.fileBytes),
  ),
  gauge(
    "dragonlog_journal_max_bytes",
    [],
    "The most that the journals of living writers take.",
    ({ overview }) => one(overview.journals.bytesMax),
  ),
  gauge(
    "dragonlog_journal_fullest_ratio",
    [],
    "Of the living writer with the least room: the share of its journal's cap that waiting records take.",
    ({ overview }) => one(Math.max(0, ...overview.writers.map(fullness))),
  ),
  gauge(
    "dragonlog_journal_dropped_records",
    ["cause"],
    "Records that never got into a journal, of the journals that are here. Falls when one of them is deleted.",
    ({ overview }) => byName("cause", overview.journals.dropped, DROP_CAUSES),
  ),
  gauge(
    "dragonlog_journal_suppressed_records",
    ["service", "type", "cause"],
    "Records that loggers held back because limit or sample says so, of the journals that are here; type is a level, or other. Falls when one of them is deleted.",
    ({ overview }) =>
      byLabels(
        ["service", "type", "cause"],
        overview.journals.suppressed.map(({ service, type, cause, records }) => ({
          names: [service, type, cause],
          value: records,
        })),
      ),
  ),
  gauge("dragonlog_shippers", [], "Shippers of this folder that live.", ({ overview }) =>
    one(overview.shippers.length),
  ),
  gauge("dragonlog_standbys", [], "Shippers that take over when the one that ships ends.", ({ overview }) =>
    one(overview.standbys.length),
  ),
  gauge(
    "dragonlog_forwarders",
    ["state"],
    "Forwarders that put records into the store, or are held up.",
    ({ overview }) =>
      byName("state", {
        working: overview.forwarders.filter(({ trouble }) => trouble === undefined).length,
        held_up: overview.forwarders.filter(({ trouble }) => trouble !== undefined).length,
      }),
  ),
  gauge(
    "dragonlog_forwarder_put_records",
    [],
    "Records that the store took from the forwarders that live, those that were sent again among them.",
    ({ overview }) => one(sum(overview.forwarders, ({ records }) => records)),
  ),
  gauge(
    "dragonlog_forwarder_in_store_records",
    [],
    "Records of this machine in the store that are not known to be delivered.",
    ({ overview }) => one(sum(overview.forwarders, ({ inStore }) => inStore)),
  ),
  gauge(
    "dragonlog_forwarder_lost_records",
    [],
    "Records that the store lost and that were sent again, of the forwarders that live.",
    ({ overview }) => one(sum(overview.forwarders, ({ lost }) => lost)),
  ),
  gauge("dragonlog_dead_letter_bytes", [], "Disk that dead letters take.", ({ overview }) =>
    one(overview.deadLetters.bytes),
  ),
  gauge("dragonlog_dead_letter_max_bytes", [], "The most that they take.", ({ overview }) =>
    one(overview.deadLetters.bytesMax),
  ),
];

/** As the shippers measured it, each of which sees all journals: between two looks from outside, a journal may come and go. */
function loggedPerSecond({ shippers }: Overview): number | undefined {
  const all = shippers.flatMap(({ rates }) => rates?.inRecords ?? []);
  return all.length === 0 ? undefined : Math.max(...all);
}

export function ageSeconds({ atMs }: Overview, { oldestMs }: Waiting): number {
  return oldestMs === undefined ? 0 : Math.max(0, seconds(atMs - oldestMs));
}

/** Journals that are not told apart any more wait under `(others)`. */
function byService(
  { writers, journals }: Overview,
  figure: (of: Pick<WriterView, "waiting">) => number,
  join?: (a: number, b: number) => number,
): Sample[] {
  const counted = writers.map((writer) => ({ names: [writer.service], value: figure(writer) }));
  const apart = counted.reduce((total, { value }) => total + value, 0);
  const rest = join === undefined ? figure(journals) - apart : 0;
  return byLabels(["service"], rest > 0 ? [...counted, { names: [OTHERS], value: rest }] : counted, join);
}

function states({ journals, alive, unreadable }: JournalTotals): Record<string, number> {
  return { alive, ended: journals - alive, unreadable };
}

/** With the heads of their frames; what was delivered of a segment still takes its place there, and is not counted. */
function fullness({ waiting, bytesMax }: WriterView): number {
  if (bytesMax === undefined || !(bytesMax > 0)) return 0;
  return Math.min(1, (waiting.bytes + waiting.records * FRAME_HEADER_BYTES) / bytesMax);
}

function sum<T>(all: readonly T[], figure: (one: T) => number): number {
  return all.reduce((total, each) => total + figure(each), 0);
}
