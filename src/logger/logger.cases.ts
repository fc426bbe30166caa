import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { listJournals } from "../buffer/journal.js";
import { parsed } from "../encode/encode.cases.js";
import { readAll, textOf } from "../journal/journal.cases.js";
import type { StoredRecord } from "../record/stored-record.js";
import { DragonLogger } from "./logger.js";
import type { LoggerOptions } from "./types.js";

/** A record as it will stand in the cloud. */
export interface Wire {
  readonly timestamp: string;
  readonly service: string;
  readonly data: unknown;
  readonly type: string;
  readonly request_id?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly id: string;
}

export interface Opened {
  readonly logger: DragonLogger;
  readonly dir: string;
  /** The records since the last look, as a shipper reads them. */
  stored(): StoredRecord[];
  lines(): string[];
  wires(): Wire[];
}

/** A logger with a journal of its own, and what a shipper would find there. */
export function openLogger(t: TestContext, options: Partial<LoggerOptions> = {}): Opened {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-test-"));
  const logger = new DragonLogger({ service: "svc", journalDir: dir, ...options });
  t.after(() => {
    // In this order: a logger that finds its folder deleted makes it anew.
    logger[Symbol.dispose]();
    rmSync(dir, { recursive: true });
  });
  let next = 0;
  const stored = (): StoredRecord[] => {
    const [folder] = listJournals(dir);
    const { records, gaps } = readAll(folder!, () => 1 << 20, { fromSeq: next });
    assert.deepEqual(gaps, []);
    next += records.length;
    return records;
  };
  const lines = () => stored().map(textOf);
  return { logger, dir, stored, lines, wires: () => lines().map((line) => parsed(line) as Wire) };
}
