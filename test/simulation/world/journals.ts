/** What a world needs of its journals: the simulated ones (`sim-journal.ts`) and those of `src/journal` do it alike. */
import type { LogBuffer } from "../../../src/buffer/buffer.js";
import type { MemoryPool } from "../../../src/system/memory-pool.js";
import type { LoggedRecord } from "./logged.js";

export interface WriterJournal {
  /** The seq of the next record. */
  readonly nextSeq: number;
  /** False when the record was dropped for want of room. */
  append(record: LoggedRecord): boolean;
  /** SIGKILL of the writer's process. */
  kill(): void;
  /** The writer's process ends in good order. */
  end(): void;
}

export interface Journals {
  create(writer: string, recordsMax: number): WriterJournal;
  /** A new shipper's view of all of them, which reads into the memory. */
  open(memory: MemoryPool): LogBuffer;
  /** SIGKILL of the shipper's process: whatever it held is free. */
  shipperKilled(): void;
  close(): void | Promise<void>;
}
