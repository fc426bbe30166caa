/** What a shipper says of itself, in `<journal dir>/shippers/<pid>.json`, for `dragonlog status`. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AlertCounts } from "../alert/alerter.js";
import type { Destination } from "../batch/batch.js";
import { createFolders } from "../system/folders.js";
import { livenessOf, ownIdentity, type ProcessIdentity } from "../system/process.js";
import type { Trouble } from "./circuit.js";
import type { ShipCounts } from "./counts.js";

/** Where shippers say who they are and what they do. */
export function shippersFolder(dir: string): string {
  return join(dir, "shippers");
}

export interface ShipperReport {
  readonly process: ProcessIdentity;
  readonly sink: string;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly batchesInFlight: number;
  /** Why nothing is sent, since when, and when that is tried next; undefined while things are sent. */
  readonly trouble?: (Trouble & { readonly retryAtMs: number }) | undefined;
  /** Destinations that are refused by themselves. */
  readonly refused: readonly (Trouble & { readonly destination: Destination })[];
  readonly counts: ShipCounts;
  readonly alerts: AlertCounts;
}

/** `name` tells shippers of one process apart. */
export class ReportFile {
  readonly #path: string;

  constructor(dir: string, name: string) {
    createFolders(shippersFolder(dir), 0o700);
    removeDead(dir);
    this.#path = join(shippersFolder(dir), `${ownIdentity().pid}-${name}.json`);
  }

  write(report: ShipperReport): void {
    const temporary = `${this.#path}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(report)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#path);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

/** The reports of the shippers that live. */
export function readReports(dir: string): ShipperReport[] {
  return pathsIn(dir).flatMap((path) => readReport(path) ?? []);
}

function removeDead(dir: string): void {
  for (const path of pathsIn(dir)) {
    if (readReport(path) === undefined) {
      rmSync(path, { force: true });
    }
  }
}

function pathsIn(dir: string): string[] {
  const folder = shippersFolder(dir);
  try {
    return readdirSync(folder).flatMap((name) => (name.endsWith(".json") ? join(folder, name) : []));
  } catch {
    return [];
  }
}

/** Undefined when it cannot be read or its process is dead. */
function readReport(path: string): ShipperReport | undefined {
  try {
    const report = JSON.parse(readFileSync(path, "utf8")) as ShipperReport;
    return livenessOf(report.process) === "dead" ? undefined : report;
  } catch {
    return undefined;
  }
}
