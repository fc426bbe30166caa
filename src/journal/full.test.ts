/** No room: the cap of the journal, or the disk. What does not find room is counted to the record, and reported. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../system/manual-clock.cases.js";
import { deliverUpTo } from "./deliver.cases.js";
import {
  append,
  missingIn,
  openJournal,
  payloadOf,
  payloadsIn,
  readAll,
  SEGMENT_BYTES,
  temporaryFolder,
} from "./journal.cases.js";

const told = () => new Promise<void>((resolve) => setImmediate(resolve));
const isReport = (payload: string) => payload.startsWith("report of");

test("a full journal drops the newest, counts them to the record and reports them when there is room again", async (t) => {
  const clock = new ManualClock();
  const { journal, troubles, reports } = openJournal(temporaryFolder(t), {
    clock,
    journalBytesMax: 3 * SEGMENT_BYTES,
  });
  let kept = 0;
  let dropped = 0;
  for (let i = 0; i < 1000; i++) {
    append(journal, "x".repeat(900)) ? kept++ : dropped++;
    clock.advance(1);
  }
  assert.ok(kept > 150 && dropped > 700, `${kept} kept`);
  assert.deepEqual(journal.drops.totals, { "journal full": dropped });
  assert.ok(journal.bytes <= 3 * SEGMENT_BYTES);
  await told();
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ["DRAGONLOG_JOURNAL_FULL"],
  );
  assert.deepEqual(reports, []);

  deliverUpTo(journal.folder, kept);
  clock.advance(1000);
  assert.deepEqual(
    reports.map(({ total, byType }) => [total, byType]),
    [[dropped, { INFO: dropped }]],
  );
  assert.ok(append(journal, "room again"));
  const { records } = readAll(journal.folder, () => 1 << 20, { fromSeq: kept });
  assert.deepEqual(records.map(payloadOf), [`report of ${dropped}`, "room again"]);
  journal.closeNow();
});

for (const end of ["flush", "closeNow"] as const) {
  test(`what a full journal has dropped is reported by ${end} where there is room by then, and not only by a later tick`, async (t) => {
    const clock = new ManualClock();
    const { journal, reports } = openJournal(temporaryFolder(t), {
      clock,
      journalBytesMax: 3 * SEGMENT_BYTES,
    });
    const kept = Array.from({ length: 1000 }, () => append(journal, "x".repeat(900))).filter(Boolean).length;
    deliverUpTo(journal.folder, kept);
    await journal[end]();
    assert.deepEqual(
      reports.map(({ total }) => total),
      [1000 - kept],
    );
    journal.closeNow();
  });
}

test("a full journal that gives way to new records drops the oldest, whole segments at a time, counted to the record", async (t) => {
  const { journal, reports } = openJournal(temporaryFolder(t), {
    whenFull: "drop-oldest",
    journalBytesMax: 3 * SEGMENT_BYTES,
  });
  for (let i = 0; i < 1000; i++) assert.ok(append(journal, `${i} ${"x".repeat(900)}`));
  await journal.flush();
  const { records, gaps } = readAll(journal.folder, () => 1 << 20);
  const dropped = journal.drops.totals["journal full"]!;
  assert.equal(records.length + dropped, journal.nextSeq);
  assert.equal(missingIn(gaps), dropped);
  assert.equal(gaps[0]?.cause, "missing");
  const numbered = records.map(payloadOf).filter((payload) => !isReport(payload));
  assert.match(numbered.at(-1)!, /^999 /);
  assert.ok(reports.length > 1);
  const reported = records.map(payloadOf).filter(isReport);
  const total = reported.reduce((sum, payload) => sum + Number(payload.slice("report of ".length)), 0);
  assert.equal(total, dropped, "the reports that are left add up to what is missing");
  journal.closeNow();
});

test("a record that is larger than a segment finds room if there is any below the cap", (t) => {
  const { journal } = openJournal(temporaryFolder(t), { journalBytesMax: 20 * SEGMENT_BYTES });
  const sizes = [10, 200_000, 10, 500_000, 10];
  for (const size of sizes) assert.ok(append(journal, "L".repeat(size)));
  assert.equal(append(journal, "L".repeat(700_000)), false);
  assert.deepEqual(
    payloadsIn(journal.folder).map(({ length }) => length),
    sizes,
  );
  assert.deepEqual(journal.drops.totals, { "journal full": 1 });
  journal.closeNow();
});

/** A file system of `bytes`; skips the test, loudly, where none can be mounted. */
function smallDisk(t: TestContext, bytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    rmSync(folder, { recursive: true });
    t.skip(`NOT TESTED: a full disk needs a tmpfs to be mounted, which was refused: ${error}`);
    return undefined;
  }
  t.after(() => {
    execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

for (const mapping of ["auto", "off"] as const) {
  test(`a full disk stops nothing, and the journal goes on when there is room, mapping ${mapping}`, async (t) => {
    const disk = smallDisk(t, 16 * SEGMENT_BYTES);
    if (disk === undefined) return;
    const filler = join(disk, "filler");
    writeFileSync(filler, Buffer.alloc(12 * SEGMENT_BYTES));
    const clock = new ManualClock();
    const { journal, troubles, reports } = openJournal(join(disk, "journals"), { clock, mapping });
    let kept = 0;
    let dropped = 0;
    for (let i = 0; i < 1000; i++) append(journal, "x".repeat(900)) ? kept++ : dropped++;
    assert.ok(kept > 150 && dropped > 500, `${kept} kept`);
    assert.deepEqual(journal.drops.totals, { "disk full": dropped });
    await told();
    assert.deepEqual(
      troubles.map(({ code }) => code),
      ["DRAGONLOG_JOURNAL_UNAVAILABLE"],
    );
    assert.match(troubles[0]!.message, /ENOSPC/);

    rmSync(filler);
    clock.advance(1000);
    assert.equal(journal.state, "safe");
    for (let i = 0; i < 100; i++) assert.ok(append(journal, "after"));
    clock.advance(1000);
    const payloads = payloadsIn(journal.folder);
    assert.equal(payloads.filter((payload) => payload.startsWith("x")).length, kept);
    assert.equal(payloads.filter((payload) => payload === "after").length, 100);
    assert.deepEqual(
      reports.map(({ cause, total }) => [cause, total]),
      [["disk full", dropped]],
    );
    journal.closeNow();
  });
}
