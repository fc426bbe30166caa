/**
 * Records in, batches out.
 *
 * Every destination has a lane: the open batch, and the batches which were sealed and have not ended. A record goes
 * into its destination's open batch if every limit allows it; otherwise that batch is sealed first. Records of one
 * writer must be added in order of seq.
 *
 *     add ──► open batch ──full or flush──► sealed, in flight ──ended──► forgotten
 *
 * Invariants:
 * - Every record is in exactly one batch, or one of its parts each in exactly one batch.
 * - Batches of one lane are numbered in the order in which they were sealed. Where two of them hold records of one
 *   writer in one millisecond, those of the lower number have the lower seqs; while it is in flight, the other names
 *   it in `after`. No other batch is named, whatever order the timestamps come in.
 * - Where the destination does not sort by timestamp, each batch names the one before it in its lane while that is in
 *   flight, and no other.
 * - A lane in which nothing is open and nothing in flight is removed.
 *
 * Adding costs the same for every record. Sealing compares the batch with those in flight of its lane, but only where
 * their times overlap: with records that are read in order of time that is one millisecond at most.
 */
import type { StoredRecord } from "../buffer/buffer.js";
import type { SharedMemory } from "../system/memory-pool.js";
import { refuseValue } from "../system/refusal.js";
import type { Batch, Destination, Item } from "./batch.js";
import type { BatchLimits } from "./limits.js";
import { OpenBatch, type Taken } from "./open-batch.js";
import { shareRun } from "./order.js";
import { PART_BYTES_MIN, splitRecord } from "./parts.js";

export interface BatcherOptions {
  readonly limits: BatchLimits;
  /**
   * Where a record goes; asked once a record. Destinations of the same group and stream are the same destination,
   * but the look-up is fastest where they are also the same object.
   */
  destinationOf(record: StoredRecord): Destination;
  /** Told what the records' bytes lie in, from the moment a record is added to that at which its batch has ended. */
  readonly memory?: SharedMemory | undefined;
  /** As the sink says of itself. Default: true. */
  readonly sortsByTimestamp?: boolean;
  /** Whether a batch that has to wait for the one before it costs much (see open-batch.ts). Default: always. */
  readonly waitingCosts?: () => boolean;
}

interface Sealed {
  readonly lane: Lane;
  readonly memories: ReadonlySet<ArrayBufferLike>;
}

interface Lane {
  readonly name: string;
  readonly destination: Destination;
  readonly open: OpenBatch;
  /** In order of number. */
  readonly inFlight: Batch[];
  /** Set when the lane was removed; a destination that still points here needs a new one. */
  removed: boolean;
}

const NONE: readonly Batch[] = Object.freeze([]);

export class Batcher {
  readonly #options: BatcherOptions;
  readonly #limits: BatchLimits;
  readonly #destinationOf: (record: StoredRecord) => Destination;
  readonly #lanes = new Map<string, Lane>();
  readonly #laneOfDestination = new WeakMap<Destination, Lane>();
  readonly #sealed = new Map<number, Sealed>();
  #lastNumber = 0;
  #openItems = 0;
  #openBytes = 0;

  /** Throws DRAGONLOG_OPTION_INVALID for limits that no batch or no part could keep. */
  constructor(options: BatcherOptions) {
    checkLimits(options.limits);
    this.#options = options;
    this.#limits = options.limits;
    this.#destinationOf = options.destinationOf;
  }

  /** Items in all open batches. */
  get openItems(): number {
    return this.#openItems;
  }

  /** Bytes of all open batches, as the destination counts them. */
  get openBytes(): number {
    return this.#openBytes;
  }

  /** Destinations with an open batch or one in flight. */
  get destinations(): number {
    return this.#lanes.size;
  }

  /** Takes a record in. Returns the batches that became full by it, usually none. */
  add(record: StoredRecord): readonly Batch[] {
    const lane = this.#lane(this.#destinationOf(record));
    if (record.end - record.start > this.#limits.eventBytesMax) return this.#addParts(lane, record);
    const batch = this.#addItem(lane, record);
    return batch === undefined ? NONE : [batch];
  }

  /** Seals everything that is open. */
  flush(): Batch[] {
    const batches: Batch[] = [];
    for (const lane of this.#lanes.values()) {
      if (lane.open.length > 0) batches.push(this.#seal(lane, lane.open.takeAll()));
    }
    return batches;
  }

  /**
   * The batch was delivered or given up: nothing waits for it any more, and its records are no longer kept. Ignored
   * for a batch that is not in flight.
   */
  ended(batchNumber: number): void {
    const sealed = this.#sealed.get(batchNumber);
    if (sealed === undefined) return;
    const { lane, memories } = sealed;
    this.#sealed.delete(batchNumber);
    for (const memory of memories) this.#options.memory?.release(memory);
    lane.inFlight.splice(
      lane.inFlight.findIndex((batch) => batch.number === batchNumber),
      1,
    );
    if (lane.inFlight.length > 0 || lane.open.length > 0) return;
    lane.removed = true;
    this.#lanes.delete(lane.name);
  }

  #addParts(lane: Lane, record: StoredRecord): Batch[] {
    const batches: Batch[] = [];
    for (const item of splitRecord(record, this.#limits.eventBytesMax)) {
      const batch = this.#addItem(lane, item);
      if (batch !== undefined) batches.push(batch);
    }
    return batches;
  }

  #addItem(lane: Lane, item: Item): Batch | undefined {
    const { open } = lane;
    const batch = open.hasRoomFor(item) ? undefined : this.#seal(lane, open.takeFor(item));
    const bytesBefore = open.bytes;
    open.push(item);
    this.#openItems += 1;
    this.#openBytes += open.bytes - bytesBefore;
    return batch;
  }

  #seal(lane: Lane, { items, bytes, memories }: Taken): Batch {
    const { sortsByTimestamp = true } = this.#options;
    const before = sortsByTimestamp
      ? lane.inFlight.filter((earlier) => shareRun(earlier.items, items))
      : lane.inFlight.slice(-1);
    const after = before.map(({ number }) => number);
    this.#lastNumber += 1;
    const batch: Batch = { number: this.#lastNumber, destination: lane.destination, items, bytes, after };
    lane.inFlight.push(batch);
    this.#sealed.set(batch.number, { lane, memories });
    this.#openItems -= items.length;
    this.#openBytes -= bytes;
    return batch;
  }

  #lane(destination: Destination): Lane {
    const known = this.#laneOfDestination.get(destination);
    if (known !== undefined && !known.removed) return known;
    const name = JSON.stringify([destination.group, destination.stream]);
    const lane = this.#lanes.get(name) ?? {
      name,
      destination,
      open: new OpenBatch(this.#options),
      inFlight: [],
      removed: false,
    };
    this.#lanes.set(name, lane);
    this.#laneOfDestination.set(destination, lane);
    return lane;
  }
}

function checkLimits(limits: BatchLimits): void {
  const atLeast = (name: keyof BatchLimits, least: number) => {
    if (!(limits[name] >= least)) throw refuseValue(name, limits[name], `a number of at least ${least}`);
  };
  atLeast("eventsMax", 1);
  atLeast("eventOverheadBytes", 0);
  atLeast("eventBytesMax", PART_BYTES_MIN);
  atLeast("bytesMax", limits.eventBytesMax + limits.eventOverheadBytes);
  atLeast("spanMsMax", 0);
}
