import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { brotliCompressSync, constants, crc32 } from "node:zlib";
import fc from "fast-check";
import type { Block } from "./block.js";
import { BlockMemory } from "./block-memory.js";
import { hasCodec } from "./codec.js";
import { BlockDamagedError, decodeBlock, encodeBlock } from "./encode-block.js";

type Item = Block["items"][number];

const CODECS = (["none", "brotli", "zstd"] as const).filter(hasCodec);
const LINE = '{"timestamp":"2026-11-24T19:40:33.123Z","service":"checkout","type":"INFO","data":"paid"}';
const VERSION_AT = 4;
const CODEC_AT = 5;
const CHECKSUM_AT = 12;
const PLAIN_BYTES_AT = 24;

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const line = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.constant(LINE), fc.constant(""));
const records = fc
  .record({
    writer: text,
    firstSeq: fc.nat({ max: 2 ** 52 }),
    rows: fc.array(
      fc.record({
        seqStep: fc.integer({ min: 1, max: 2 ** 40 }),
        timestamp: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
        service: text,
        type: text,
        line,
      }),
      { minLength: 1, maxLength: 40 },
    ),
  })
  .map(({ writer, firstSeq, rows }) => {
    let seq = firstSeq;
    return rows.map((row): Item => {
      seq += row.seqStep;
      // The line lies somewhere in a larger buffer, as in a segment.
      const bytes = Buffer.from(`before${row.line}after`);
      const { timestamp, service, type } = row;
      return { writer, seq, timestamp, service, type, bytes, start: 6, end: bytes.length - 5 };
    });
  });

function comparable({ bytes, start, end, ...rest }: Item) {
  return { ...rest, line: bytes.toString("latin1", start, end) };
}

function items(count: number, lineOf: (n: number) => string | Buffer = () => LINE): Item[] {
  return Array.from({ length: count }, (_, n) => {
    const line = lineOf(n);
    const bytes = typeof line === "string" ? Buffer.from(line) : line;
    return {
      writer: "writer-1",
      seq: 100 + n,
      timestamp: 1_764_013_233_000 + n,
      service: "checkout",
      type: "INFO",
      bytes,
      start: 0,
      end: bytes.length,
    };
  });
}

/** With a right checksum again, as whoever forges a block would give it. */
function sealed(block: Buffer): Buffer {
  block.writeUInt32LE(0, CHECKSUM_AT);
  block.writeUInt32LE(crc32(block), CHECKSUM_AT);
  return block;
}

for (const codec of CODECS) {
  test(`what was packed by ${codec} comes back as it was`, async () => {
    await fc.assert(
      fc.asyncProperty(records, text, async (given, host) => {
        const { items: got, ...head } = await decodeBlock(await encodeBlock(given, host, codec));
        assert.deepEqual(got.map(comparable), given.map(comparable));
        assert.deepEqual(head, {
          writer: given[0]!.writer,
          host,
          firstSeq: given[0]!.seq,
          records: given.length,
          lineBytes: given.reduce((sum, { start, end }) => sum + end - start, 0),
          oldestMs: Math.min(...given.map(({ timestamp }) => timestamp)),
        });
      }),
      { numRuns: 200 },
    );
  });

  test(`blocks by ${codec} one after another in the same memory are what they would be anywhere`, async () => {
    const memory = new BlockMemory();
    const used = new Set<ArrayBufferLike>();
    for (let round = 0; round < 20; round++) {
      const given = items(
        1 + ((round * 7) % 30),
        (n) => `{"n":${n},"round":${round},"text":"${LINE.slice(0, n)}"}`,
      );
      const block = await encodeBlock(given, "host", codec, 100, memory);
      assert.ok(block.equals(await encodeBlock(given, "host", codec)));
      used.add(block.buffer);
      memory.give(block);
    }
    assert.ok(used.size <= 2, `${used.size} pieces of memory`);
  });

  test(`a record of 16 MiB is packed by ${codec} and comes back`, async () => {
    const [large] = items(1, () => "x".repeat(2 ** 24));
    const { items: got } = await decodeBlock(await encodeBlock([large!], "host", codec));
    assert.equal(got.length, 1);
    assert.ok(got[0]!.bytes.subarray(got[0]!.start, got[0]!.end).equals(large!.bytes));
  });

  test(`a block by ${codec} that was cut short or changed anywhere is refused by name`, async () => {
    const block = await encodeBlock(items(20), "host", codec);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: block.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = Buffer.from(block);
          changed[at]! ^= flip;
          await assert.rejects(decodeBlock(changed), BlockDamagedError);
          await assert.rejects(decodeBlock(block.subarray(0, at)), BlockDamagedError);
        },
      ),
      { numRuns: 300 },
    );
    await assert.rejects(decodeBlock(Buffer.concat([block, Buffer.of(0)])), BlockDamagedError);
  });

  test(`a forged block by ${codec}, its checksum right, is read or refused by name`, async () => {
    const block = await encodeBlock(items(5), "host", codec);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: block.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const forged = Buffer.from(block);
          forged[at]! ^= flip;
          await decodeBlock(sealed(forged)).then(
            (read) => {
              assert.equal(read.items.length, read.records);
              assert.ok(
                read.items.every(
                  ({ seq, timestamp }) => Number.isSafeInteger(seq) && Number.isSafeInteger(timestamp),
                ),
              );
            },
            (error) => assert.match(String(error.code), /^DRAGONLOG_BLOCK_(DAMAGED|UNREADABLE)$/),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
}

test("anything else is refused by name", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await assert.rejects(decodeBlock(Buffer.from(bytes)), { code: "DRAGONLOG_BLOCK_DAMAGED" });
    }),
  );
});

test("a damaged block says whose it was, where that can be read", async () => {
  const block = await encodeBlock(items(20), "host", "none");
  block[block.length - 1]! ^= 1;
  await assert.rejects(decodeBlock(block), (error: BlockDamagedError) => {
    assert.deepEqual(error.head, {
      writer: "writer-1",
      host: "host",
      firstSeq: 100,
      records: 20,
      lineBytes: 20 * LINE.length,
      oldestMs: 1_764_013_233_000,
    });
    return true;
  });
});

test("a few bytes that would unpack to a gigabyte are refused before they do", async () => {
  const block = await encodeBlock(items(50), "host", "brotli");
  const honestBytes = block.readUInt32LE(PLAIN_BYTES_AT);
  const bomb = brotliCompressSync(Buffer.alloc(2 ** 26), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  const forged = Buffer.concat([block.subarray(0, 48 + "writer-1host".length), bomb]);
  forged.writeUInt32LE(bomb.length, 20);
  await assert.rejects(decodeBlock(sealed(forged)), /cannot be unpacked/);
  forged.writeUInt32LE(2 ** 31, PLAIN_BYTES_AT);
  await assert.rejects(decodeBlock(sealed(forged)), /would unpack to 2147483648 bytes/);
  assert.ok(honestBytes < 2 ** 16);
});

test("what does not get smaller is stored as it is", async () => {
  const random = items(4, () => randomBytes(4096));
  assert.equal((await encodeBlock(random, "host", "brotli"))[CODEC_AT], 0);
  assert.equal((await encodeBlock(items(400), "host", "brotli"))[CODEC_AT], 1);
});

test("a whole block of a newer version or by another codec is told from a damaged one", async () => {
  const unreadable = { code: "DRAGONLOG_BLOCK_UNREADABLE" };
  const changed = async (at: number, value: number): Promise<Buffer> => {
    const block = await encodeBlock(items(400), "host", "brotli");
    block[at] = value;
    return block;
  };
  await assert.rejects(decodeBlock(sealed(await changed(VERSION_AT, 2))), unreadable);
  await assert.rejects(decodeBlock(sealed(await changed(CODEC_AT, 9))), unreadable);
  await assert.rejects(decodeBlock(await changed(VERSION_AT, 2)), BlockDamagedError);
  await assert.rejects(decodeBlock(await changed(CODEC_AT, 9)), BlockDamagedError);
  const zstd = decodeBlock(sealed(await changed(CODEC_AT, 2)));
  await assert.rejects(zstd, hasCodec("zstd") ? BlockDamagedError : /cannot unpack zstd/);
});
