/** Many records of one writer, compressed together: the unit in a Redis-protocol store. */
import type { StoredRecord } from "../../record/stored-record.js";

export type Codec = "none" | "brotli" | "zstd";

/** What a block says of all its records. */
export interface BlockHead {
  readonly writer: string;
  readonly host: string;
  readonly firstSeq: number;
  readonly records: number;
  /** Bytes of all lines. */
  readonly lineBytes: number;
  readonly oldestMs: number;
}

export interface Block extends BlockHead {
  readonly items: readonly Omit<StoredRecord, "ordinal">[];
}
