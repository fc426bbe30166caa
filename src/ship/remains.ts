/** What still waits in a folder, where, and what its shippers met last: the last words of `ship` and `flush`. */
import type { Waiting } from "../buffer/buffer.js";
import { type JournalState, readJournals, totalWaiting } from "../buffer/waiting.js";
import { counted, formatBytes, formatSpan } from "../system/figures.js";
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";
import { type PublicReport, readReports, withoutKey } from "./report.js";

/** A screen of journals says enough to people; `--json` holds all. */
const ROWS_MAX = 20;

export interface Remains {
  readonly dir: string;
  readonly readAtMs: number;
  readonly waiting: Waiting;
  /** Those in which something waits, and those that nobody can deliver; most records first. */
  readonly journals: readonly JournalState[];
  readonly shippers: readonly PublicReport[];
}

export interface RemainsOptions {
  /** Only what is left to this shipper, without the journals that others have claimed. */
  readonly pid?: number;
  /** Only those that are meant for it, by `WriterInfo.shipper`. */
  readonly accepts?: (meantFor: string | undefined) => boolean;
}

/** By default of all journals. */
export function readRemains(
  dir: string,
  nowMs: number,
  { pid, accepts = () => true }: RemainsOptions = {},
): Remains {
  const journals = readJournals(dir, nowMs)
    .filter(({ waiting, error }) => waiting.records > 0 || error !== undefined)
    .filter(({ meantFor }) => accepts(meantFor))
    .filter(({ shipperPid = pid }) => pid === undefined || shipperPid === pid)
    .sort((a, b) => b.waiting.records - a.waiting.records);
  return {
    dir,
    readAtMs: nowMs,
    waiting: totalWaiting(journals),
    journals,
    shippers: readReports(dir).map(withoutKey),
  };
}

export function nothingRemains({ journals }: Remains): boolean {
  return journals.length === 0;
}

/** Such as `920 records (157.0 KiB, the oldest for 5s) still wait`. */
export function remainsInShort({ waiting, readAtMs }: Remains, verb: string): string {
  const { records } = waiting;
  return `${counted(records, "record")} (${sizeAndAge(waiting, readAtMs)}) ${verb}${records === 1 ? "s" : ""}`;
}

/** Such as `157.0 KiB, the oldest for 5s`. */
function sizeAndAge({ bytes, oldestMs }: Waiting, nowMs: number): string {
  return (
    formatBytes(bytes) + (oldestMs === undefined ? "" : `, the oldest for ${formatSpan(nowMs - oldestMs)}`)
  );
}

/** Lines for people: a table of the journals and who takes their records, and the last error of each shipper. */
export function remainsInFull({ journals, shippers, readAtMs }: Remains, taker = "shipper"): string {
  if (journals.length === 0) {
    return "";
  }
  const rows = table(
    ["service", "writer", "records", "bytes", "oldest", taker],
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
