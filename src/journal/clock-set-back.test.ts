/** A clock that is set back by hours while the journal is in trouble: it is tried again as soon as ever. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../system/clock.js";
import { deliverUpTo } from "./deliver.cases.js";
import { append, openJournal, payloadsIn, SEGMENT_BYTES, temporaryFolder } from "./journal.cases.js";

const HOURS_MS = 3 * 3_600_000;

/** Stands still, but for being set back; its timers go on, as those of a machine do. */
function clockThatIsSetBack() {
  let ms = Date.now();
  const clock = { ...systemClock, now: () => ms };
  const setBack = () => {
    ms -= HOURS_MS;
  };
  return { clock, setBack };
}

test("a folder that can be had again is used", (t) => {
  const root = join(temporaryFolder(t), "root");
  writeFileSync(root, "");
  const { clock, setBack } = clockThatIsSetBack();
  const { journal } = openJournal(root, { clock });
  for (let i = 0; i < 200; i++) append(journal, "x".repeat(900));
  assert.equal(journal.state, "ram");
  rmSync(root);
  setBack();
  assert.ok(append(journal, "y".repeat(3000)), "more than what is left of the segment");
  assert.notEqual(journal.state, "ram");
  assert.match(payloadsIn(journal.folder).at(-1)!, /^y+$/);
  journal.closeNow();
});

test("a full journal takes records again when there is room", (t) => {
  const { clock, setBack } = clockThatIsSetBack();
  const { journal } = openJournal(temporaryFolder(t), { clock, journalBytesMax: 3 * SEGMENT_BYTES });
  let kept = 0;
  for (let i = 0; i < 400; i++) kept += append(journal, "x".repeat(900)) ? 1 : 0;
  assert.ok(kept < 400);
  deliverUpTo(journal.folder, kept);
  setBack();
  assert.ok(append(journal, "y".repeat(3000)), "more than what is left of the last segment");
  journal.closeNow();
});
