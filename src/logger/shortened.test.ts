import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { listJournals } from "../buffer/journal.js";
import { JournalReader } from "../journal/reader.js";
import { DragonLogger } from "./logger.js";

/** A logger with the smallest journal there is, and what stands in it as records. */
function smallest(context: TestContext) {
  const journalDir = mkdtempSync(join(tmpdir(), "dragonlog-shortened-"));
  context.after(() => rmSync(journalDir, { recursive: true }));
  const logger = new DragonLogger({
    service: "small",
    journalDir,
    segmentBytes: "64KiB",
    journalBytesMax: "128KiB",
  });
  const records = () => {
    const [folder] = listJournals(journalDir);
    const onGap = () => assert.fail("a gap");
    const reader = new JournalReader({ folder: folder!, writer: "w", fromSeq: 0, restarted: false, onGap });
    const read = reader.read(1 << 20);
    reader.close();
    return read.map(({ bytes, start, end }) => JSON.parse(bytes.toString("utf8", start, end)));
  };
  return { logger, records };
}

for (const [what, data] of [
  ["plain text", "y".repeat(300_000)],
  ["text that is escaped to six bytes a character", "\u0000".repeat(300_000)],
  ["an object", { deep: ["y".repeat(300_000)] }],
] as const) {
  test(`a record that no journal takes is shortened once, and says so: ${what}`, (context) => {
    const { logger, records } = smallest(context);
    logger.error(data);
    const { recordsShortened, dropped, unencodable } = logger.stats();
    assert.deepEqual(
      { recordsShortened, dropped, unencodable },
      { recordsShortened: 1, dropped: {}, unencodable: 0 },
    );
    const [{ metadata, data: kept }] = records() as [{ metadata: Record<string, unknown>; data: string }];
    assert.equal(metadata.shortened, true);
    assert.ok((metadata.original_bytes as number) >= 300_000);
    assert.ok(kept.length > 4000);
  });
}

test("a service that leaves no room for a record costs that record, and is counted", (context) => {
  const { logger, records } = smallest(context);
  logger.log({ service: "s".repeat(300_000), data: "lost" });
  logger.info("kept");
  assert.deepEqual(logger.stats().dropped, { defect: 1 });
  assert.deepEqual(
    records().map(({ data }) => data),
    ["kept"],
  );
});
