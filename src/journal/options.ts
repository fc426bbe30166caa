import type { Clock } from "../system/clock.js";
import type { DragonlogError } from "../system/errors.js";
import type { DropReport } from "./drops.js";
import type { WriterInfo } from "./folder.js";
import type { SharedNews } from "./shared-segments.js";

/** What else is known of a writer. */
export interface Aside {
  /** Called with each tick that the journal has anyway; true where `facts` have changed. */
  tick(): boolean;
  facts(): Pick<WriterInfo, "level" | "suppressed">;
}

export interface JournalOptions {
  /** The folder that holds all journals; nothing is done there without a journal. */
  readonly root: string;
  readonly writer: string;
  readonly service: string;
  readonly segmentBytes: number;
  readonly journalBytesMax: number;
  readonly whenFull: "drop-newest" | "drop-oldest";
  readonly syncMs: number;
  readonly mapping: "auto" | "off";
  /** See `WriterInfo`. */
  readonly shipper: string;
  /** Reserves the lease for this holder before any shipper can see the journal. */
  readonly leaseHolder?: string;
  /** Given where there is no journal: segments stand in RAM, and are told to whom delivers them or brings them into a store. */
  readonly tell?: (news: SharedNews) => void;
  readonly aside?: Aside;
  readonly clock: Clock;
  /** Called after the call in which the trouble arose, so it may log itself. */
  readonly onTrouble: (error: DragonlogError) => void;
  /** Writes a drop report into the stream; false when there is no room. */
  readonly reportDrops: (report: DropReport) => boolean;
}
