/** What `dragonlog status` says of this machine. */
import type { Waiting } from "../buffer/buffer.js";
import type { JournalState } from "../buffer/waiting.js";
import { deadFolderOf } from "../dead-letters/folder.js";
import type { ForwarderReport } from "../forward/report.js";
import { ANY_SHIPPER, STORE_PREFIX } from "../journal/folder.js";
import { sizeAndAge } from "../ship/remains.js";
import type { ShipperReport } from "../ship/report.js";
import { counted, countedDoing, formatBytes, formatSpan } from "../system/figures.js";
import { printable } from "../system/printable.js";
import type { Report } from "../system/report-files.js";
import { table } from "../system/table.js";

export interface LocalState {
  readonly dir: string;
  readonly waiting: Waiting;
  readonly journals: readonly JournalState[];
  readonly forwarders: readonly ForwarderReport[];
  readonly shippers: readonly ShipperReport[];
  /** Shippers of the folder that take over when the one that ships it ends. */
  readonly standbys: readonly Report[];
  readonly deadLetterBytes: number;
}

/** `store` is what journals are meant for that are bound for the store in question, if there is one. */
export function localText(local: LocalState, store: string | undefined, nowMs: number): string {
  const { dir, waiting, journals, forwarders, shippers, standbys, deadLetterBytes } = local;
  const nobody = store === undefined ? "\nno shipper runs\n" : "";
  return [
    `${dir}: ${countedDoing(waiting.records, "record", "wait")} (${sizeAndAge(waiting, nowMs)})\n`,
    journals.length === 0 ? "no journals\n" : `\n${journalTable(journals, store, nowMs)}`,
    forwarders.length === 0 ? "" : `\n${forwarderTable(forwarders)}`,
    ...forwarders.map((forwarder) => forwarderTrouble(forwarder, nowMs)),
    shippers.length === 0 ? nobody : `\n${shipperTable(shippers)}`,
    ...standbys.map(
      ({ process: { pid }, startedAt }) => `standby ${pid} has waited since ${printable(startedAt)}\n`,
    ),
    ...shippers.flatMap((shipper) => shipperTrouble(shipper, nowMs)),
    deadLetterBytes > 0 ? `\ndead letters: ${formatBytes(deadLetterBytes)} in ${deadFolderOf(dir)}\n` : "",
  ].join("");
}

function journalTable(journals: readonly JournalState[], store: string | undefined, nowMs: number): string {
  const expected = store ?? ANY_SHIPPER;
  const bound = journals.some(({ meantFor = ANY_SHIPPER }) => meantFor !== expected);
  return table(
    [
      ...["writer", "service", "pid", "state", "waiting", "oldest", "on disk", "dropped"],
      ...(bound ? ["bound for"] : []),
      store === undefined ? "shipper" : "taken by",
    ],
    journals.map(
      ({ writer, service, pid, alive, waiting, fileBytes, dropped, meantFor, shipperPid, error }) => [
        writer,
        service ?? "?",
        String(pid ?? "?"),
        error === undefined ? (alive ? "alive" : "ended") : `unreadable: ${error}`,
        String(waiting.records),
        waiting.oldestMs === undefined ? "" : formatSpan(nowMs - waiting.oldestMs),
        formatBytes(fileBytes),
        countsText(dropped),
        ...(bound ? [placeText(meantFor, store)] : []),
        shipperPid === undefined ? "none" : String(shipperPid),
      ],
    ),
  );
}

function placeText(meantFor = ANY_SHIPPER, store: string | undefined): string {
  if (meantFor === ANY_SHIPPER) return "any shipper";
  if (!meantFor.startsWith(STORE_PREFIX)) return "its application";
  if (store === undefined) return "a store";
  return meantFor === store ? "the store" : "another store";
}

function forwarderTable(forwarders: readonly ForwarderReport[]): string {
  return table(
    ["forwarder", "to", "journals", "put", "in store", "lost there", "failures"],
    forwarders.map(({ process, store, journals, fromRam, recordsInStore, counts }) => [
      String(process.pid),
      store,
      fromRam ? `none, ${journals} in RAM` : String(journals),
      String(counts.records),
      String(recordsInStore),
      String(counts.lostRecords),
      countsText(counts.failures),
    ]),
  );
}

function forwarderTrouble({ process: { pid }, trouble }: ForwarderReport, nowMs: number): string {
  if (trouble === undefined) {
    return "";
  }
  const { cause, detail, sinceMs } = trouble;
  return `${printable(`forwarder ${pid} has been held up for ${formatSpan(nowMs - sinceMs)} (${cause}: ${detail})`)}\n`;
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
function shipperTrouble(
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
      lines.push(`shipper ${pid} could not send ${counted(waiting, "alert")} by ${channel} yet`);
    }
  }
  return lines.map((line) => `${printable(line)}\n`);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([cause, count]) => `${cause} ${count}`)
    .join(", ");
}
