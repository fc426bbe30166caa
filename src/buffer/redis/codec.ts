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

type BrotliDecompress = typeof import("node:zlib").brotliDecompress;

/** Of zstd, which Node.js has since 22.15 and @types/node 20 does not know. */
interface Zstd {
  zstdCompressSync(bytes: Buffer, options: object): Buffer;
  zstdDecompress: BrotliDecompress;
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

/** Rejects, having allocated no more than about `bytesMax`, where there would be more. */
export function decompress(bytes: Buffer, codec: Exclude<Codec, "none">, bytesMax: number): Promise<Buffer> {
  const unpack: BrotliDecompress = codec === "zstd" ? zstd()!.zstdDecompress : zlib().brotliDecompress;
  // One byte more, for a full piece is followed by another one. A limit of zero would be none.
  const limits = { chunkSize: pieceBytes(bytesMax + 1), maxOutputLength: Math.max(1, bytesMax) };
  return new Promise((resolve, reject) => {
    unpack(bytes, limits, (error, plain) => (error === null ? resolve(plain) : reject(error)));
  });
}

function pieceBytes(bytes: number): number {
  return Math.ceil(Math.max(PIECE_BYTES_MIN, Math.min(PIECE_BYTES_MAX, bytes)));
}
