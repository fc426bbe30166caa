/**
 * How a block's payload is compressed: by what this Node.js has built in.
 *
 * Packed at once, for a forwarder packs in a worker thread, and in libuv's threads the same takes half as much CPU again. Unpacked
 * in these, beside the shipper's thread, for a tenth more (docs/adr/0014-blocks.md). Either way into one piece of memory: in the
 * many small ones that are the default, what is unpacked would be copied once more, and libuv asked for a thread for each.
 */
import type { Codec } from "./block.js";

/** `auto` is the best that this Node.js has. */
export type CodecChoice = Codec | "auto";

type BrotliDecompress = typeof import("node:zlib").BrotliDecompress;

/** Of zstd, which Node.js has since 22.15 and @types/node 20 does not know. */
interface Zstd {
  zstdCompressSync(bytes: Buffer, options: object): Buffer;
  readonly ZstdDecompress: BrotliDecompress;
  constants: { readonly ZSTD_c_compressionLevel: number };
}

/** Not imported: every application that logs knows the names of codecs, and few use one. */
function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}

function zstd(): Zstd | undefined {
  const built = zlib();
  return "zstdCompressSync" in built ? (built as unknown as Zstd) : undefined;
}

/** Whether this Node.js can read and write it. */
export function hasCodec(codec: Codec): boolean {
  return codec !== "zstd" || zstd() !== undefined;
}

/** Zstd where it is built in, which packs tighter than brotli in less time (docs/adr/0014-blocks.md). */
export function codecFor(choice: CodecChoice): Codec {
  if (choice === "auto") {
    return zstd() === undefined ? "brotli" : "zstd";
  }
  return choice;
}

/** Lines seldom pack worse than to this share. */
const PACKED_SHARE = 1 / 4;
const PIECE_BYTES_MIN = 2 ** 12;
/** Whatever a block says of itself. */
const PIECE_BYTES_MAX = 2 ** 24;

export function compress(bytes: Buffer, codec: Exclude<Codec, "none">): Buffer {
  const chunkSize = pieceBytes(PACKED_SHARE * bytes.length);
  if (codec === "zstd") {
    const { zstdCompressSync, constants } = zstd()!;
    return zstdCompressSync(bytes, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  }
  const { brotliCompressSync, constants } = zlib();
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliCompressSync(bytes, {
    chunkSize,
    params: { [BROTLI_PARAM_QUALITY]: 1, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

/**
 * Rejects, having allocated no more than about `bytesMax`, where there would be more. What is unpacked lies in `memory`, where
 * there is any and Node.js lets it.
 */
export function decompress(
  bytes: Buffer,
  codec: Exclude<Codec, "none">,
  bytesMax: number,
  memory?: ArrayBufferLike,
): Promise<Buffer> {
  const Unpack = codec === "zstd" ? zstd()!.ZstdDecompress : zlib().BrotliDecompress;
  // One byte more, for a full piece is followed by another one.
  const chunkSize = memory === undefined ? pieceBytes(bytesMax + 1) : PIECE_BYTES_MIN;
  const stream = new Unpack({ chunkSize });
  // Members of Node.js's own. Where they are called otherwise, it takes memory of its own.
  if (memory !== undefined && "_outBuffer" in stream && "_chunkSize" in stream) {
    Object.assign(stream, { _outBuffer: Buffer.from(memory), _chunkSize: memory.byteLength });
  }
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let left = bytesMax;
    stream.on("data", (piece: Buffer) => {
      pieces.push(piece);
      left -= piece.length;
      if (left < 0) stream.destroy(new RangeError(`more than ${bytesMax} bytes`));
    });
    stream.once("end", () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)));
    stream.once("error", reject);
    stream.end(bytes);
  });
}

function pieceBytes(bytes: number): number {
  return Math.ceil(Math.max(PIECE_BYTES_MIN, Math.min(PIECE_BYTES_MAX, bytes)));
}
