/**
 * Records become a block and come back. The payload, before it is packed:
 *
 *     number of kinds, then of each the service and the type     what records have in common, written once
 *     of each record: seq delta, timestamp delta (signed), kind, bytes of the line
 *     all lines, one behind the other
 *
 * Numbers are varints, deltas are to the record before; the first ones are to the head's `firstSeq` and `oldestMs`.
 */
import { DragonlogError } from "../../system/errors.js";
import type { MemoryPool } from "../../system/memory-pool.js";
import type { Block, BlockHead, Codec } from "./block.js";
import { BLOCK_BYTES_MAX, BlockDamagedError, blockFor, type Packing, readHead, seal } from "./block-head.js";
import { BlockMemory } from "./block-memory.js";
import { compress, decompress } from "./codec.js";
import { VarintReader, VarintWriter } from "./varint.js";

export { BlockDamagedError } from "./block-head.js";

type Item = Block["items"][number];

/** What packing has to save for it to be worth unpacking: a sixteenth. */
const WORTH_PACKING = 15 / 16;

/**
 * One block of records of one writer, their seqs rising, at least one. Where the codec saves hardly anything, the block is
 * stored without. `firstSeq` says how far the block before it came, where records between are missing for good; default the
 * first record's. The block lies in `memory`, to which it may be given back. Rejects with DRAGONLOG_RECORD_TOO_LARGE over 512 MiB, which no store takes.
 */
export async function encodeBlock(
  records: readonly Item[],
  host: string,
  codec: Codec,
  firstSeq = records[0]!.seq,
  memory = new BlockMemory(),
): Promise<Buffer> {
  const head = { ...headOf(records, host), firstSeq };
  const table = tableOf(records, head);
  const plainBytes = table.length + head.lineBytes;
  if (plainBytes > BLOCK_BYTES_MAX) {
    throw new DragonlogError(
      "DRAGONLOG_RECORD_TOO_LARGE",
      `A block of ${records.length} records has ${plainBytes} bytes; a store takes ${BLOCK_BYTES_MAX}`,
      "Log smaller records.",
    );
  }
  const plain = blockFor(head, plainBytes, memory);
  fill(plain.payload, table, records);
  if (codec !== "none") {
    const packed = compress(plain.payload, codec);
    if (packed.length <= plainBytes * WORTH_PACKING) {
      memory.give(plain.block);
      const { block, payload } = blockFor(head, packed.length, memory);
      packed.copy(payload);
      return seal(block, head, { codec, plainBytes });
    }
  }
  return seal(plain.block, head, { codec: "none", plainBytes });
}

function fill(payload: Buffer, table: Buffer, records: readonly Item[]): void {
  let at = table.copy(payload);
  for (const { bytes, start, end } of records) {
    at += bytes.copy(payload, at, start, end);
  }
}

/**
 * Rejects with BlockDamagedError (DRAGONLOG_BLOCK_DAMAGED) for whatever `encodeBlock` did not make, and with
 * DRAGONLOG_BLOCK_UNREADABLE for what it made elsewhere in a version, or by a codec, that this process lacks.
 */
export async function decodeBlock(block: Buffer, pool?: MemoryPool): Promise<Block> {
  const { head, packing, payload } = readHead(block);
  const memory = packing.codec === "none" ? undefined : pool?.take(packing.plainBytes + 1);
  try {
    const plain = await unpacked(payload, packing, head, memory);
    if (memory !== undefined && plain.buffer !== memory) {
      pool?.release(memory);
    }
    return { ...head, items: itemsOf(plain, head) };
  } catch (error) {
    if (memory !== undefined) pool?.abandon(memory);
    if (error instanceof BlockDamagedError) throw error;
    throw new BlockDamagedError("its records do not fit its head", head, error);
  }
}

function headOf(records: readonly Item[], host: string): BlockHead {
  const first = records[0]!;
  let lineBytes = 0;
  let oldestMs = first.timestamp;
  for (const { start, end, timestamp } of records) {
    lineBytes += end - start;
    oldestMs = Math.min(oldestMs, timestamp);
  }
  return { writer: first.writer, host, firstSeq: first.seq, records: records.length, lineBytes, oldestMs };
}

function tableOf(records: readonly Item[], head: BlockHead): Buffer {
  const kinds = new Kinds();
  const rows = new VarintWriter();
  let seq = head.firstSeq;
  let timestamp = head.oldestMs;
  for (const item of records) {
    rows.unsigned(item.seq - seq);
    rows.signed(item.timestamp - timestamp);
    rows.unsigned(kinds.indexOf(item));
    rows.unsigned(item.end - item.start);
    ({ seq, timestamp } = item);
  }
  const names = new VarintWriter();
  names.unsigned(kinds.all.length);
  for (const { service, type } of kinds.all) {
    names.text(service);
    names.text(type);
  }
  return Buffer.concat([names.bytes(), rows.bytes()]);
}

type Kind = Pick<Item, "service" | "type">;

/** The services and types of a block, each pair once. */
class Kinds {
  readonly all: Kind[] = [];
  readonly #indexes = new Map<string, number>();
  #last = -1;

  indexOf({ service, type }: Kind): number {
    // Most records are of the same kind as the one before.
    const last = this.all[this.#last];
    if (last?.service !== service || last.type !== type) {
      const key = JSON.stringify([service, type]);
      this.#last = this.#indexes.get(key) ?? this.all.push({ service, type }) - 1;
      this.#indexes.set(key, this.#last);
    }
    return this.#last;
  }
}

async function unpacked(
  payload: Buffer,
  { codec, plainBytes }: Packing,
  head: BlockHead,
  memory: ArrayBufferLike | undefined,
): Promise<Buffer> {
  let plain = payload;
  if (codec !== "none") {
    try {
      plain = await decompress(payload, codec, plainBytes, memory);
    } catch (error) {
      throw new BlockDamagedError("it cannot be unpacked", head, error);
    }
  }
  if (plain.length !== plainBytes) {
    throw new BlockDamagedError(`it unpacks to ${plain.length} of ${plainBytes} bytes`, head);
  }
  return plain;
}

/**
 * Throws a RangeError where the numbers do not add up. False counts ask for no memory: what is counted takes bytes, which end
 * first.
 */
function itemsOf(plain: Buffer, { writer, firstSeq, oldestMs, records, lineBytes }: BlockHead): Item[] {
  const table = new VarintReader(plain);
  const kinds: Kind[] = [];
  for (let left = table.unsigned(); left > 0; left--) {
    kinds.push({ service: table.text(), type: table.text() });
  }
  const linesAt = plain.length - lineBytes;
  let seq = firstSeq;
  let timestamp = oldestMs;
  let end = linesAt;
  const items: Item[] = [];
  for (let left = records; left > 0; left--) {
    seq = whole(seq + table.unsigned());
    timestamp = whole(timestamp + table.signed());
    const { service, type } = kinds[table.unsigned()] ?? missingKind();
    const start = end;
    end += table.unsigned();
    items.push({ writer, seq, timestamp, service, type, bytes: plain, start, end });
  }
  if (table.at !== linesAt || end !== plain.length) {
    throw new RangeError(
      `the table ends at ${table.at} of ${linesAt} bytes, the lines at ${end} of ${plain.length}`,
    );
  }
  return items;
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${value} is no whole number`);
  }
  return value;
}

function missingKind(): never {
  throw new RangeError("a kind that is not there");
}
