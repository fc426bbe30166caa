/** What the journal's tests share: a journal in a folder of its own, records that can be told apart, and its frames on disk. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { StoredRecord } from "../record/stored-record.js";
import { systemClock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import type { DropReport } from "./drops.js";
import { listSegments, segmentPath } from "./folder.js";
import { align8, COMMIT_WORD, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "./format.js";
import { Journal, type JournalOptions } from "./journal.js";
import { type Gap, JournalReader } from "./reader.js";

export const SEGMENT_BYTES = 65_536;
const SERVICE_TEXT = '"svc"';
const INFO = 2;

export function temporaryFolder(t: TestContext, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, "dragonlog-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface OpenedJournal {
  readonly journal: Journal;
  readonly troubles: DragonlogError[];
  readonly reports: DropReport[];
}

export function openJournal(root: string, options: Partial<JournalOptions> = {}): OpenedJournal {
  const troubles: DragonlogError[] = [];
  const reports: DropReport[] = [];
  const journal: Journal = new Journal({
    root,
    writer: "writer",
    service: "svc",
    segmentBytes: SEGMENT_BYTES,
    journalBytesMax: 1 << 30,
    whenFull: "drop-newest",
    syncMs: 1000,
    mapping: "auto",
    shipper: "any",
    clock: systemClock,
    onTrouble: (error) => troubles.push(error),
    reportDrops: (report) => {
      const written = append(journal, `report of ${report.total}`);
      if (written) reports.push(report);
      return written;
    },
    ...options,
  });
  return { journal, troubles, reports };
}

/** The line of a record: its seq and `payload` tell it from every other. */
export function lineOf(seq: number, payload: string, timestamp = 0): string {
  const time = new Date(timestamp).toISOString();
  return `{"timestamp":"${time}","service":${SERVICE_TEXT},"data":${JSON.stringify(payload)},"type":"INFO","id":"writer-${seq}"}`;
}

/** Appends as the logger does. False when the record was dropped, which is counted. */
export function append(journal: Journal, payload: string, timestamp = Date.now()): boolean {
  for (let tries = 0; ; tries++) {
    const line = lineOf(journal.nextSeq, payload, timestamp);
    const lineBytes = Buffer.byteLength(line);
    const { segment } = journal;
    const at = segment.position + FRAME_HEADER_BYTES;
    if (!journal.closed && align8(at + lineBytes) <= segment.bytes.length) {
      segment.bytes.write(line, at, "utf8");
      return journal.publish(at + lineBytes, timestamp, INFO, SERVICE_TEXT.length);
    }
    const cause = tries > 0 ? "defect" : journal.makeRoom(lineBytes);
    if (cause !== undefined) {
      journal.drop(cause, INFO);
      return false;
    }
  }
}

export function payloadOf(record: StoredRecord): string {
  return (JSON.parse(textOf(record)) as { data: string }).data;
}

export function textOf({ bytes, start, end }: StoredRecord): string {
  return bytes.toString("utf8", start, end);
}

export interface ReaderSetup {
  readonly fromSeq?: number;
  readonly restarted?: boolean;
  readonly writerGone?: boolean;
}

/** Everything that a fresh reader gives until it has nothing more. */
export function readAll(
  folder: string,
  bytesMax: () => number,
  { fromSeq = 0, restarted = false, writerGone = false }: ReaderSetup = {},
): { records: StoredRecord[]; gaps: Gap[] } {
  const gaps: Gap[] = [];
  const reader = new JournalReader({
    folder,
    writer: "writer",
    fromSeq,
    restarted,
    onGap: (gap) => gaps.push(gap),
  });
  const records: StoredRecord[] = [];
  try {
    for (;;) {
      const chunk = reader.read(bytesMax(), writerGone);
      if (chunk.length === 0) return { records, gaps };
      records.push(...chunk);
    }
  } finally {
    reader.close();
  }
}

/** The payloads of everything that a journal holds, once it is proved that no seq is missing or doubled. */
export function payloadsIn(folder: string): string[] {
  const { records, gaps } = readAll(folder, () => 1 << 20);
  assert.deepEqual(gaps, []);
  assert.equal(countUnread(folder), records.length);
  for (const [index, { seq }] of records.entries()) {
    assert.equal(seq, index);
  }
  return records.map(payloadOf);
}

/** How many records the segments' headers speak of. */
function countUnread(folder: string): number {
  const onGap = (): never => assert.fail();
  const reader = new JournalReader({ folder, writer: "writer", fromSeq: 0, restarted: false, onGap });
  return reader.unread().records;
}

/** How many records the gaps speak of. */
export function missingIn(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { from, to }) => sum + Math.max(0, to - from + 1), 0);
}

export interface FrameOnDisk {
  readonly path: string;
  readonly segment: number;
  readonly seq: number;
  readonly from: number;
  readonly to: number;
}

/** Where the published frames of an undamaged journal lie. */
export function framesOf(folder: string): FrameOnDisk[] {
  const frames: FrameOnDisk[] = [];
  for (const segment of listSegments(folder)) {
    const path = segmentPath(folder, segment);
    const bytes = readFileSync(path);
    const end = bytes.readUInt32LE(COMMIT_WORD * 4) * 8;
    for (let from = SEGMENT_HEADER_BYTES; from < end; ) {
      const to = from + align8(FRAME_HEADER_BYTES + bytes.readUInt32LE(from));
      assert.equal(bytes.toString("latin1", from + FRAME_HEADER_BYTES, from + FRAME_HEADER_BYTES + 1), "{");
      frames.push({ path, segment, seq: bytes.readDoubleLE(from + 16), from, to });
      from = to;
    }
  }
  return frames;
}
