/** What still waits in a folder, where, and what its shippers met last: the last words of `ship` and `flush`. */
import type { Waiting } from "../buffer/buffer.js";
import { type JournalState, readJournals, totalWaiting } from "../buffer/waiting.js";
import { formatBytes, formatSpan } from "../system/figures.js";
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";
import { readReports, type ShipperReport } from "./report.js";

/** A screen of journals says enough to people; `--json` holds all. */
const ROWS_MAX = 20;

export interface Remains {
  readonly dir: string;
  readonly readAtMs: number;
  readonly waiting: Waiting;
  /** Those in which something waits, and those that nobody can deliver; most records first. */
  readonly journals: readonly JournalState[];
  readonly shippers: readonly ShipperReport[];
}

/** `pid`: only what is left to that shipper, without the journals that others have claimed; default all. */
export function readRemains(dir: string, nowMs: number, pid?: number): Remains {
  const journals = readJournals(dir, nowMs)
    .filter(({ waiting, error }) => waiting.records > 0 || error !== undefined)
    .filter(({ shipperPid = pid }) => pid === undefined || shipperPid === pid)
    .sort((a, b) => b.waiting.records - a.waiting.records);
  return { dir, readAtMs: nowMs, waiting: totalWaiting(journals), journals, shippers: readReports(dir) };
}

export function nothingRemains({ journals }: Remains): boolean {
  return journals.length === 0;
}

/** Such as `920 records (157.0 KiB, the oldest for 5s)`. */
export function remainsInShort({ waiting: { records, bytes, oldestMs }, readAtMs }: Remains): string {
  const age = oldestMs === undefined ? "" : `, the oldest for ${formatSpan(readAtMs - oldestMs)}`;
  return `${records} records (${formatBytes(bytes)}${age})`;
}

/** Lines for people: a table of the journals, and the last error of each shipper. */
export function remainsInFull({ journals, shippers, readAtMs }: Remains): string {
  if (journals.length === 0) {
    return "";
  }
  const rows = table(
    ["service", "writer", "records", "bytes", "oldest", "shipper"],
    journals
      .slice(0, ROWS_MAX)
      .map(({ service = "?", writer, waiting, shipperPid, error }) => [
        service,
        writer,
        error === undefined ? String(waiting.records) : "?",
        error === undefined ? formatBytes(waiting.bytes) : "?",
        waiting.oldestMs === undefined ? "?" : formatSpan(readAtMs - waiting.oldestMs),
        shipperPid === undefined ? "nobody" : String(shipperPid),
      ]),
  );
  const more = journals.length > ROWS_MAX ? `and ${journals.length - ROWS_MAX} more journals\n` : "";
  const undeliverable = journals.flatMap(({ folder, error }) =>
    error === undefined ? [] : [`no shipper can deliver ${printable(`${folder}: ${error}`)}\n`],
  );
  const errors = shippers.flatMap(({ process, sink, counts: { lastError } }) =>
    lastError === undefined
      ? []
      : [`shipper ${process.pid} to ${printable(`${sink} met last: ${lastError}`)}\n`],
  );
  return [rows, more, ...undeliverable.slice(0, ROWS_MAX), ...errors].join("");
}
