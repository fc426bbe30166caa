/**
 * How a block's payload is compressed: by what this Node.js has built in.
 *
 * Synchronously, because blocks are packed in the forwarder's worker thread and unpacked in the shipper: there the same
 * call through libuv's thread pool takes half as much CPU again and no less time (docs/adr/0014-blocks.md).
 */
import type { Codec } from "./block.js";

/** `auto` is the best that this Node.js has. */
export type CodecChoice = Codec | "auto";

/** Of zstd, which Node.js has since 22.15 and @types/node 20 does not know. */
interface Zstd {
  zstdCompressSync(bytes: Buffer, options: object): Buffer;
  zstdDecompressSync(bytes: Buffer, options: object): Buffer;
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

export function compress(bytes: Buffer, codec: Exclude<Codec, "none">): Buffer {
  if (codec === "zstd") {
    const { zstdCompressSync, constants } = zstd()!;
    return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  }
  const { brotliCompressSync, constants } = zlib();
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliCompressSync(bytes, {
    params: { [BROTLI_PARAM_QUALITY]: 1, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

/** Throws, having allocated no more than about `bytesMax`, where there would be more. */
export function decompress(bytes: Buffer, codec: Exclude<Codec, "none">, bytesMax: number): Buffer {
  // A limit of zero would be none.
  const limit = { maxOutputLength: Math.max(1, bytesMax) };
  return codec === "zstd"
    ? zstd()!.zstdDecompressSync(bytes, limit)
    : zlib().brotliDecompressSync(bytes, limit);
}
