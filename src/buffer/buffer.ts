/**
 * What stands between writers and shippers.
 *
 * A buffer is a set of sources. A source is one series that one shipper at a time may empty: a journal, or a
 * partition of a store. A shipper claims sources, reads each from its cursor, and acknowledges what was
 * delivered; only what is acknowledged is ever deleted. Reading does not delete: a shipper that dies before it
 * acknowledges leaves everything for the next one.
 *
 *     writer ──append──► source ──read──► shipper ──acknowledge──► cursor moves ──► space is free again
 */

import type { StoredRecord, Waiting } from "../record/stored-record.js";

export type { StoredRecord, Waiting };

/** What one read brought. */
export interface Chunk {
  readonly records: StoredRecord[];
  /** True when the source had nothing further to give at the time of the read. */
  readonly drained: boolean;
}

/** Ordinals `from` to `to`, both included. */
export interface OrdinalRange {
  readonly from: number;
  readonly to: number;
}

/** A few lines beside a source that outlive its shipper. */
export interface Memo {
  read(): readonly string[] | Promise<readonly string[]>;
  /** Resolves when the line would survive the death of this process. */
  append(line: string): void | Promise<void>;
  /** All lines at once; those before are gone. */
  replace(lines: readonly string[]): void | Promise<void>;
}

/** One series under this shipper's lease. */
export interface Source {
  readonly name: string;
  /** The machine that the writer ran on; fills `{host}` in a stream template. */
  readonly host: string;
  /** Where a source holds several writers: the machine of each. */
  hostOf?(writer: string): string;
  /** The same: nothing of this writer was read that is not acknowledged. */
  isSettled?(writer: string): boolean;
  /** False when another shipper may have it by now, so that nothing of it is to be sent from here; default: always true. */
  isHeld?(): boolean;
  /** What the next shipper of this source has to know. */
  readonly memo: Memo;
  /** What was appended and not yet read by `read`. Cheap enough to ask several times a second. */
  unread(): Waiting;
  /**
   * The next records after the last read, in order of ordinal, at most about `bytesMax` bytes of lines but at least one
   * record if there is one. Records that were acknowledged already are left out.
   */
  read(bytesMax: number): Chunk | Promise<Chunk>;
  /**
   * What was read and not acknowledged will be read again, from the first such record on. Nothing of this source may be
   * on its way meanwhile: it would be sent twice.
   */
  rewind(): void;
  /** Marks records as delivered. Ranges may come in any order; the cursor moves over what is contiguous. */
  acknowledge(ranges: readonly OrdinalRange[]): void;
  /**
   * True when the writer is gone and everything it wrote is acknowledged; the source has then removed itself and
   * will not be listed again.
   */
  finished(): boolean;
}

/** Records that will never be read; nothing of it stops the other sources. */
export interface BufferDamage {
  readonly source: string;
  /** 0 when it is not known how many. */
  readonly records: number;
  readonly bytes: number;
  /** `missing`: dropped by the writer, which reports that itself, or deleted by someone. */
  readonly cause: "damaged" | "missing";
  readonly detail: string;
}

export interface LogBuffer {
  /** Nothing in it is lost to others when it is not claimed for a second; the leases of a store may expire. */
  readonly mayRest?: true;
  /** Claims what is free and returns all sources under this shipper's lease, the new ones among them. */
  claim(): Source[] | Promise<Source[]>;
  /** When someone last asked that everything be sent at once (`requestFlush`); 0 for never. */
  flushRequestedAtMs(): number | Promise<number>;
  /** Gives the leases back. Unread and unacknowledged records stay. */
  close(): Promise<void>;
}
