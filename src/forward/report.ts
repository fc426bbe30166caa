/** What a forwarder says of itself, in `<journal dir>/forwarders/`, for `dragonlog status`. */
import { join } from "node:path";
import { type Report, readReportsIn, reportRegularly } from "../system/report-files.js";
import type { ForwardCounts } from "./counts.js";
import type { Forwarder } from "./forwarder.js";
import type { ForwardTrouble } from "./trouble.js";

export interface ForwarderReport extends Report {
  /** The store's URL without its password. */
  readonly store: string;
  /** Loggers whose records it forwards, with a journal each unless it forwards `fromRam`. */
  readonly journals: number;
  /** Its loggers keep no journal: what waits for the store is not to be seen from outside. */
  readonly fromRam: boolean;
  /** Records in the store that no shipper has delivered yet. */
  readonly recordsInStore: number;
  /** Why nothing goes into the store; undefined while records do. */
  readonly trouble?: ForwardTrouble | undefined;
  readonly counts: ForwardCounts;
}

function forwardersFolder(dir: string): string {
  return join(dir, "forwarders");
}

/** Reports until the returned function is called; then the report is gone. */
export function reportForwarder(
  dir: string,
  store: string,
  forwarder: Forwarder,
  fromRam: boolean,
): () => void {
  return reportRegularly(forwardersFolder(dir), (): Omit<ForwarderReport, keyof Report> => {
    const { counts, journals, recordsInStore, trouble } = forwarder;
    return { store, fromRam, journals, recordsInStore, trouble, counts };
  });
}

/** The reports of the forwarders that live. */
export function readForwarderReports(dir: string): ForwarderReport[] {
  return readReportsIn<ForwarderReport>(forwardersFolder(dir));
}
