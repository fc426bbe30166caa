/**
 * The head of a block: what it says of all its records, and what it takes to trust and unpack them.
 *
 *     0   4  magic "DRGN"
 *     4   1  version of the format, 1
 *     5   1  codec: 0 none, 1 brotli, 2 zstd
 *     6   2  bytes of the writer's name
 *     8   2  bytes of the host's name
 *     10  2  0
 *     12  4  CRC-32 of the whole block, with 0 in this place
 *     16  4  records
 *     20  4  bytes of the payload as it lies here
 *     24  4  bytes of the payload unpacked
 *     28  4  bytes of all lines
 *     32  8  seq of the first record, a double
 *     40  8  timestamp of the oldest record in ms, a double
 *     48     writer and host in UTF-8, then the payload
 *
 * All numbers are little-endian. Magic, version and checksum stand in these places in every version, so that a block of a newer
 * dragonlog is told from a damaged one: it is left for one who can read it.
 */
import { crc32 } from "node:zlib";
import { DragonlogError } from "../../system/errors.js";
import type { BlockHead, Codec } from "./block.js";
import type { BlockMemory } from "./block-memory.js";
import { hasCodec } from "./codec.js";

const MAGIC = Buffer.from("DRGN");
const VERSION = 1;
const FIXED_BYTES = 48;
const CODECS: readonly Codec[] = ["none", "brotli", "zstd"];
/** Redis takes no larger value (`proto-max-bulk-len`), and nothing larger is unpacked. */
export const BLOCK_BYTES_MAX = 512 * 2 ** 20;

/** How the payload lies in the block. */
export interface Packing {
  readonly codec: Codec;
  /** Bytes of the payload when it is unpacked. */
  readonly plainBytes: number;
}

/** An entry that is no block, or not the one that was written. `head` is what it says of itself, where that can be read. */
export class BlockDamagedError extends DragonlogError {
  readonly head: BlockHead | undefined;

  constructor(why: string, head: BlockHead | undefined, cause?: unknown) {
    const of =
      head === undefined ? "" : ` of ${head.records} records of ${head.writer}, seq ${head.firstSeq} on`;
    super(
      "DRAGONLOG_BLOCK_DAMAGED",
      `A block${of} in the store cannot be read: ${why}`,
      "Something else wrote to this key, or changed it. Give dragonlog keys of its own.",
      cause,
    );
    this.head = head;
  }
}

/** Memory for a block with a payload of so many bytes, which is to be filled in before the block is sealed. */
export function blockFor(
  { writer, host }: Pick<BlockHead, "writer" | "host">,
  payloadBytes: number,
  memory: BlockMemory,
): { block: Buffer; payload: Buffer } {
  const hostAt = FIXED_BYTES + Buffer.byteLength(writer);
  const payloadAt = hostAt + Buffer.byteLength(host);
  const block = memory.take(payloadAt + payloadBytes);
  block.write(writer, FIXED_BYTES);
  block.write(host, hostAt);
  return { block, payload: block.subarray(payloadAt) };
}

/** Writes the head in front of the names and the payload, which are there: the whole block. */
export function seal(block: Buffer, head: BlockHead, { codec, plainBytes }: Packing): Buffer {
  const writerBytes = Buffer.byteLength(head.writer);
  const hostBytes = Buffer.byteLength(head.host);
  block.fill(0, 0, FIXED_BYTES);
  MAGIC.copy(block);
  block.writeUInt8(VERSION, 4);
  block.writeUInt8(CODECS.indexOf(codec), 5);
  block.writeUInt16LE(writerBytes, 6);
  block.writeUInt16LE(hostBytes, 8);
  block.writeUInt32LE(head.records, 16);
  block.writeUInt32LE(block.length - FIXED_BYTES - writerBytes - hostBytes, 20);
  block.writeUInt32LE(plainBytes, 24);
  block.writeUInt32LE(head.lineBytes, 28);
  block.writeDoubleLE(head.firstSeq, 32);
  block.writeDoubleLE(head.oldestMs, 40);
  block.writeUInt32LE(crc32(block), 12);
  return block;
}

/**
 * The head, and the payload as it lies there. Throws
 * BlockDamagedError for anything but a whole block, DRAGONLOG_BLOCK_UNREADABLE for one that another version or Node.js can read.
 */
export function readHead(block: Buffer): { head: BlockHead; packing: Packing; payload: Buffer } {
  if (block.length < FIXED_BYTES || !block.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new BlockDamagedError("it does not start like one", undefined);
  }
  const version = block.readUInt8(4);
  if (version !== VERSION) {
    throw checks(block)
      ? unreadable(`it is of version ${version}`, "Update dragonlog here.")
      : new BlockDamagedError("its checksum is wrong", undefined);
  }
  const hostAt = FIXED_BYTES + block.readUInt16LE(6);
  const payloadAt = hostAt + block.readUInt16LE(8);
  const head: BlockHead = {
    writer: block.toString("utf8", FIXED_BYTES, hostAt),
    host: block.toString("utf8", hostAt, payloadAt),
    records: block.readUInt32LE(16),
    lineBytes: block.readUInt32LE(28),
    firstSeq: block.readDoubleLE(32),
    oldestMs: block.readDoubleLE(40),
  };
  const bytes = payloadAt + block.readUInt32LE(20);
  if (bytes !== block.length) {
    throw new BlockDamagedError(`it has ${block.length} of ${bytes} bytes`, head);
  }
  if (!checks(block)) {
    throw new BlockDamagedError("its checksum is wrong", head);
  }
  const codec = CODECS[block.readUInt8(5)];
  if (codec === undefined) {
    throw unreadable(`its codec ${block.readUInt8(5)} is not known`, "Update dragonlog here.");
  }
  if (!hasCodec(codec)) {
    const hint = "Run this shipper on Node.js 22.15 or later, or the writers with the codec brotli.";
    throw unreadable(`Node.js ${process.version} cannot unpack ${codec}`, hint);
  }
  const plainBytes = block.readUInt32LE(24);
  if (plainBytes > BLOCK_BYTES_MAX) {
    throw new BlockDamagedError(`it would unpack to ${plainBytes} bytes`, head);
  }
  return { head, packing: { codec, plainBytes }, payload: block.subarray(payloadAt) };
}

/** A whole block, but not for this program: it must stay where it is. */
function unreadable(why: string, hint: string): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_BLOCK_UNREADABLE",
    `A block in the store cannot be read here: ${why}`,
    hint,
  );
}

const NO_CHECKSUM = Buffer.alloc(4);

function checks(block: Buffer): boolean {
  const checksum = crc32(block.subarray(16), crc32(NO_CHECKSUM, crc32(block.subarray(0, 12))));
  return checksum === block.readUInt32LE(12);
}
