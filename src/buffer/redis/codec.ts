/** How a block's payload is compressed: by what this Node.js has built in. */
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import type { Codec } from "./block.js";

/** `auto` is the best that this Node.js has. */
export type CodecChoice = Codec | "auto";

const brotliCompress = promisify(zlib.brotliCompress);
const brotliDecompress = promisify(zlib.brotliDecompress);

/** Of zstd, which Node.js has since 22.15 and @types/node 20 does not know. */
interface Zstd {
  zstdCompress(bytes: Buffer, options: object, done: (error: Error | null, bytes: Buffer) => void): void;
  zstdDecompress(bytes: Buffer, options: object, done: (error: Error | null, bytes: Buffer) => void): void;
  constants: { readonly ZSTD_c_compressionLevel: number };
}
const zstd = "zstdCompress" in zlib ? (zlib as unknown as Zstd) : undefined;

/** Whether this Node.js can read and write it. */
export function hasCodec(codec: Codec): boolean {
  return codec !== "zstd" || zstd !== undefined;
}

/** Zstd where it is built in, which is faster than brotli and packs a little tighter (docs/adr/0014-blocks.md). */
export function codecFor(choice: CodecChoice): Codec {
  if (choice === "auto") {
    return zstd === undefined ? "brotli" : "zstd";
  }
  return choice;
}

/** Compresses on the thread pool of libuv, beside the thread that calls. */
export async function compress(bytes: Buffer, codec: Exclude<Codec, "none">): Promise<Buffer> {
  if (codec === "zstd") {
    const { zstdCompress, constants } = zstd!;
    return promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  }
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  return brotliCompress(bytes, {
    params: { [BROTLI_PARAM_QUALITY]: 1, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

/** Rejects, having allocated no more than about `bytesMax`, where there would be more. */
export async function decompress(
  bytes: Buffer,
  codec: Exclude<Codec, "none">,
  bytesMax: number,
): Promise<Buffer> {
  // A limit of zero would be none.
  const limit = { maxOutputLength: Math.max(1, bytesMax) };
  return codec === "zstd" ? promisify(zstd!.zstdDecompress)(bytes, limit) : brotliDecompress(bytes, limit);
}
