/** What a long-running part of a process says of itself, in `<folder>/<pid>-<name>.json`, for as long as it lives. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { every } from "./every.js";
import { createFolders } from "./folders.js";
import { livenessOf, ownIdentity, type ProcessIdentity } from "./process.js";
import { randomId } from "./random.js";

export interface Report {
  readonly process: ProcessIdentity;
  readonly startedAt: string;
  readonly updatedAt: string;
}

const INTERVAL_MS = 1000;
/** One in which nothing changes is written again all the same: it is how those on other machines see that its process lives. */
const REWRITE_MS = 30_000;
/** Far longer, for the clocks of two machines differ, and a process may be stopped for a while. */
const EXPIRY_MS = 600_000;

export class ReportFile {
  readonly #path: string;

  /** `name` tells those of one process apart. */
  constructor(folder: string, name: string) {
    createFolders(folder, 0o700);
    removeDead(folder);
    this.#path = join(folder, `${ownIdentity().pid}-${name}.json`);
  }

  write(report: Report): void {
    const temporary = `${this.#path}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(report)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#path);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Keeps a report of `state` until the returned function is called; then the report is gone. */
export function reportRegularly(folder: string, state: () => object): () => void {
  const file = new ReportFile(folder, randomId(6));
  const startedAt = new Date().toISOString();
  let last = "";
  let dueMs = 0;
  const write = (): void => {
    const now = state();
    const text = JSON.stringify(now);
    if (text !== last || performance.now() >= dueMs) {
      last = text;
      dueMs = performance.now() + REWRITE_MS;
      file.write({ process: ownIdentity(), startedAt, ...now, updatedAt: new Date().toISOString() });
    }
  };
  write();
  const stop = every(INTERVAL_MS, write);
  return () => {
    stop();
    file.remove();
  };
}

/** For those who may have no folder that they could write to: then they go without. */
export function ifPossible(report: () => () => void): () => void {
  try {
    return report();
  } catch {
    return () => {};
  }
}

/** The reports of those that live. */
export function readReportsIn<R extends Report>(folder: string): R[] {
  return pathsIn(folder).flatMap((path) => readReport<R>(path) ?? []);
}

function removeDead(folder: string): void {
  for (const path of pathsIn(folder)) {
    if (readReport(path) === undefined) {
      rmSync(path, { force: true });
    }
  }
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => (name.endsWith(".json") ? join(folder, name) : []));
  } catch {
    return [];
  }
}

/** Undefined when it cannot be read or its process is dead. */
function readReport<R extends Report>(path: string): R | undefined {
  try {
    const report = JSON.parse(readFileSync(path, "utf8")) as R;
    return isGone(report) ? undefined : report;
  } catch {
    return undefined;
  }
}

/** One of another machine or container is gone when it has not been written again for long. */
function isGone({ process, updatedAt }: Report): boolean {
  const liveness = livenessOf(process);
  return liveness === "unknown" ? !(Date.now() - Date.parse(updatedAt) < EXPIRY_MS) : liveness === "dead";
}
