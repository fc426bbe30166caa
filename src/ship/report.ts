/** What a shipper says of itself, in `<journal dir>/shippers/<pid>.json`, for `dragonlog status`. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { livenessOf, ownIdentity, type ProcessIdentity } from "../system/process.js";
import type { ShipCounts } from "./counts.js";

const SHIPPERS_FOLDER = "shippers";

export interface ShipperReport {
  readonly process: ProcessIdentity;
  readonly sink: string;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly batchesInFlight: number;
  readonly counts: ShipCounts;
}

/** `name` tells shippers of one process apart. */
export class ReportFile {
  readonly #path: string;

  constructor(dir: string, name: string) {
    mkdirSync(join(dir, SHIPPERS_FOLDER), { recursive: true, mode: 0o700 });
    this.#path = join(dir, SHIPPERS_FOLDER, `${ownIdentity().pid}-${name}.json`);
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

/** The reports of the shippers that live; those of dead ones are removed. */
export function readReports(dir: string): ShipperReport[] {
  const folder = join(dir, SHIPPERS_FOLDER);
  const reports: ShipperReport[] = [];
  for (const name of namesIn(folder)) {
    const report = readReport(join(folder, name));
    if (report !== undefined && livenessOf(report.process) !== "dead") {
      reports.push(report);
    } else {
      rmSync(join(folder, name), { force: true });
    }
  }
  return reports;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}

function readReport(path: string): ShipperReport | undefined {
  try {
    const report = JSON.parse(readFileSync(path, "utf8")) as ShipperReport;
    return typeof report.process?.pid === "number" ? report : undefined;
  } catch {
    return undefined;
  }
}
