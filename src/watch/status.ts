/** `dragonlog status`: what waits, who writes, who ships, what was dropped or set aside. */
import { type JournalState, readJournals, totalWaiting } from "../buffer/waiting.js";
import type { ParsedOptions } from "../config/options.js";
import { deadFolderOf, deadLetterBytes } from "../dead-letters/folder.js";
import { readReports, type ShipperReport } from "../ship/report.js";
import { systemClock } from "../system/clock.js";
import { formatBytes, formatSpan } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";

export async function status(options: ParsedOptions<"status">, io: Io): Promise<number> {
  const { dir } = options.buffer;
  const now = systemClock.now();
  const journals = readJournals(dir, now);
  const shippers = readReports(dir);
  const waiting = totalWaiting(journals);
  const deadBytes = deadLetterBytes(deadFolderOf(dir));
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ dir, waiting, journals, shippers, deadLetterBytes: deadBytes })}\n`);
    return 0;
  }
  const age = waiting.oldestMs === undefined ? "" : `, the oldest for ${formatSpan(now - waiting.oldestMs)}`;
  io.stdout.write(`${dir}: ${waiting.records} records wait (${formatBytes(waiting.bytes)}${age})\n`);
  io.stdout.write(journals.length === 0 ? "no journals\n" : `\n${journalTable(journals, now)}`);
  io.stdout.write(shippers.length === 0 ? "\nno shipper runs\n" : `\n${shipperTable(shippers)}`);
  io.stdout.write(shippers.flatMap((shipper) => troubleLines(shipper, now)).join(""));
  if (deadBytes > 0) {
    io.stdout.write(`\ndead letters: ${formatBytes(deadBytes)} in ${deadFolderOf(dir)}\n`);
  }
  return 0;
}

function journalTable(journals: readonly JournalState[], nowMs: number): string {
  return table(
    ["writer", "service", "pid", "state", "waiting", "oldest", "on disk", "dropped", "shipper"],
    journals.map(({ writer, service, pid, alive, waiting, fileBytes, dropped, shipperPid, error }) => [
      writer,
      service ?? "?",
      String(pid ?? "?"),
      error === undefined ? (alive ? "alive" : "ended") : `unreadable: ${error}`,
      String(waiting.records),
      waiting.oldestMs === undefined ? "" : formatSpan(nowMs - waiting.oldestMs),
      formatBytes(fileBytes),
      countsText(dropped),
      shipperPid === undefined ? "none" : String(shipperPid),
    ]),
  );
}

function shipperTable(shippers: readonly ShipperReport[]): string {
  return table(
    ["shipper", "to", "delivered", "in flight", "failures", "dead letters", "damage", "last error"],
    shippers.map(({ process, sink, batchesInFlight, counts }) => [
      String(process.pid),
      sink,
      String(counts.deliveredRecords),
      String(batchesInFlight),
      countsText(counts.failures),
      countsText(counts.deadLetters),
      countsText(counts.damage),
      counts.lastError ?? "",
    ]),
  );
}

/** Why something is not sent, and whether people could be told. */
function troubleLines(
  { process: { pid }, trouble, refused, alerts }: ShipperReport,
  nowMs: number,
): string[] {
  const lines = refused.map(
    ({ destination: { group, stream }, cause, detail, sinceMs }) =>
      `shipper ${pid} has sent nothing to ${group}/${stream} for ${formatSpan(nowMs - sinceMs)} (${cause}: ${detail})`,
  );
  if (trouble !== undefined) {
    const { cause, detail, sinceMs, retryAtMs } = trouble;
    lines.push(
      `shipper ${pid} has sent nothing for ${formatSpan(nowMs - sinceMs)} (${cause}: ${detail}); ` +
        `next try in ${formatSpan(retryAtMs - nowMs)}`,
    );
  }
  for (const [channel, { waiting }] of Object.entries(alerts.channels)) {
    if (waiting > 0) {
      lines.push(`shipper ${pid} could not send ${waiting} alerts by ${channel} yet`);
    }
  }
  return lines.map((line) => `${printable(line)}\n`);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([cause, count]) => `${cause} ${count}`)
    .join(", ");
}
