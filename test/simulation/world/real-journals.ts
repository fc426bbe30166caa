/**
 * The journals of `src/journal` and the buffer of `src/buffer`, on files in memory, under the virtual clock. A process that
 * is killed leaves its objects where they are: nothing is closed, no timer of it fires, and its files say that it is dead.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogBuffer } from "../../../src/buffer/buffer.js";
import { JournalBuffer, listJournals } from "../../../src/buffer/journal.js";
import { align8, FRAME_HEADER_BYTES } from "../../../src/journal/format.js";
import { openJournal } from "../../../src/journal/journal.cases.js";
import type { Journal } from "../../../src/journal/journal.js";
import type { Clock } from "../../../src/system/clock.js";
import type { MemoryPool } from "../../../src/system/memory-pool.js";
import type { Journals, WriterJournal } from "./journals.js";
import type { LoggedRecord } from "./logged.js";

const MEMORY_FILES = "/dev/shm";
/** Smaller than users may choose, so that few records fill several. */
const SEGMENT_BYTES = 8192;
/** Where a schedule gives a journal little room. */
const SEGMENTS_MIN = 1;
const ROOMY_RECORDS = 1000;
const ROOMY_SEGMENTS = 16;
const INFO = 2;

export class RealJournals implements Journals {
  readonly #dir = mkdtempSync(
    join(existsSync(MEMORY_FILES) ? MEMORY_FILES : tmpdir(), "dragonlog-simulation-"),
  );
  readonly #writers: RealWriter[] = [];
  readonly #buffers: JournalBuffer[] = [];

  constructor(readonly clock: Clock) {}

  create(writer: string, recordsMax: number): WriterJournal {
    const segments = recordsMax >= ROOMY_RECORDS ? ROOMY_SEGMENTS : SEGMENTS_MIN;
    const created = new RealWriter(this.#dir, writer, segments * SEGMENT_BYTES, this.clock);
    this.#writers.push(created);
    return created;
  }

  open(memory: MemoryPool): LogBuffer {
    const buffer = new JournalBuffer({
      dir: this.#dir,
      clock: this.clock,
      memory,
      onDamage: ({ detail }) => {
        throw new Error(`a journal is damaged: ${detail}`);
      },
      onClaimFailure: (error) => {
        throw error;
      },
    });
    this.#buffers.push(buffer);
    return buffer;
  }

  shipperKilled(): void {
    for (const folder of listJournals(this.#dir)) {
      for (const name of readdirSync(folder).filter((each) => /^lease\.\d+$/.test(each))) {
        declareDead(join(folder, name));
      }
    }
  }

  /** Of the world, when all is judged. */
  async close(): Promise<void> {
    for (const buffer of this.#buffers) await buffer.close();
    for (const writer of this.#writers) writer.end();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

class RealWriter implements WriterJournal {
  readonly #journal: Journal;
  #killed = false;

  constructor(root: string, writer: string, journalBytesMax: number, clock: Clock) {
    this.#journal = openJournal(root, {
      writer,
      journalBytesMax,
      segmentBytes: SEGMENT_BYTES,
      clock: {
        now: () => clock.now(),
        elapsed: () => clock.elapsed(),
        eventsHandled: () => clock.eventsHandled(),
        after: (ms, callback) =>
          clock.after(ms, () => {
            if (!this.#killed) callback();
          }),
      },
      reportDrops: () => true,
    }).journal;
  }

  get nextSeq(): number {
    return this.#journal.nextSeq;
  }

  append({ line, record }: LoggedRecord): boolean {
    const lineBytes = Buffer.byteLength(line);
    const journal = this.#journal;
    const fits = (): boolean =>
      align8(journal.segment.position + FRAME_HEADER_BYTES + lineBytes) <= journal.segment.bytes.length;
    const cause = fits() ? undefined : journal.makeRoom(lineBytes);
    if (cause !== undefined) {
      journal.drop(cause, INFO);
      return false;
    }
    const at = journal.segment.position + FRAME_HEADER_BYTES;
    journal.segment.bytes.write(line, at, "utf8");
    return journal.publish(at + lineBytes, record.timestamp, INFO, JSON.stringify(record.service).length);
  }

  kill(): void {
    this.#killed = true;
    declareDead(join(this.#journal.folder, "writer.json"));
  }

  end(): void {
    this.#journal.closeNow();
  }
}

/** Its process was never started, as far as anyone can see. */
function declareDead(path: string): void {
  const file = JSON.parse(readFileSync(path, "utf8")) as { process: { startTime: string }; holder?: string };
  file.process.startTime = "0";
  if (file.holder !== undefined) file.holder = "dead";
  writeFileSync(path, JSON.stringify(file));
}
