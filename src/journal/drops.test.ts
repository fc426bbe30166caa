import assert from "node:assert/strict";
import { test } from "node:test";
import { typeCodeOf } from "../record/types.js";
import { type DropReport, Drops } from "./drops.js";
import { TYPE_COUNTS } from "./format.js";

const INFO = typeCodeOf("INFO");

function segment(firstSeq: number, records: number) {
  const countsByType = new Int32Array(TYPE_COUNTS);
  countsByType[INFO] = records;
  return [{ firstSeq, countsByType }, firstSeq + records] as const;
}

function reportAs(drops: Drops, seq: number): DropReport[] {
  const reports: DropReport[] = [];
  drops.report(
    () => seq,
    (report) => reports.push(report) > 0,
  );
  return reports;
}

test("a report names the seqs of what was dropped, where that had any", () => {
  const drops = new Drops();
  drops.count("journal full", INFO, 3, 1);
  assert.deepEqual(
    reportAs(drops, 9).map(({ total, seqs }) => [total, seqs]),
    [[3, undefined]],
  );
  drops.countSegment("journal full", ...segment(10, 5), 2);
  drops.countSegment("journal full", ...segment(20, 5), 3);
  drops.countSegment("journal full", ...segment(99, 0), 3);
  drops.count("closed", INFO, 1, 4);
  assert.deepEqual(
    reportAs(drops, 30).map(({ total, seqs }) => [total, seqs]),
    [
      [10, [10, 24]],
      [1, undefined],
    ],
  );
});

test("the seqs of a report that was itself dropped stand in the next one", () => {
  const drops = new Drops();
  drops.countSegment("journal full", ...segment(0, 5), 1);
  reportAs(drops, 7);
  drops.countSegment("journal full", ...segment(5, 5), 2);
  drops.droppedBelow(10);
  assert.deepEqual(
    reportAs(drops, 12).map(({ total, seqs }) => [total, seqs]),
    [[10, [0, 9]]],
  );
});
