import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalState } from "../buffer/waiting.js";
import { append, openJournal, temporaryFolder } from "../journal/journal.cases.js";
import { newCounts } from "./counts.js";
import { nothingRemains, type Remains, readRemains, remainsInFull, remainsInShort } from "./remains.js";
import type { ShipperReport } from "./report.js";

function journalOf(parts: Partial<JournalState>): JournalState {
  return {
    folder: "/j/w",
    writer: "w",
    service: "web",
    host: "here",
    pid: 1,
    meantFor: "any",
    alive: true,
    waiting: { records: 1, bytes: 2048, oldestMs: 0 },
    waitingSinceMs: undefined,
    deliveredTo: 0,
    loggedTo: 1,
    fileBytes: 0,
    bytesMax: undefined,
    dropped: {},
    shipperPid: undefined,
    error: undefined,
    ...parts,
  };
}

function remainsOf(journals: JournalState[], shippers: Remains["shippers"] = []): Remains {
  const waiting = { records: 1, bytes: 2048, oldestMs: 0 };
  return { dir: "/j", readAtMs: 5000, waiting, journals, shippers };
}

test("what waits is read with the most first, and with a pid only what is that one's to deliver", (t) => {
  const dir = temporaryFolder(t);
  for (const [writer, count] of [
    ["few", 1],
    ["many", 3],
    ["none", 0],
    ["theirs", 2],
  ] as const) {
    const { journal } = openJournal(dir, {
      writer,
      ...(writer === "theirs" ? { leaseHolder: "worker" } : {}),
    });
    t.after(() => journal.closeNow());
    for (let n = 0; n < count; n++) append(journal, "x");
  }
  const writersOf = ({ journals }: Remains) => journals.map(({ writer }) => writer);
  const now = Date.now();
  const all = readRemains(dir, now);
  assert.deepEqual([writersOf(all), all.waiting.records], [["many", "theirs", "few"], 6]);
  // The lease of `theirs` is held by this process, and by no other.
  assert.deepEqual(writersOf(readRemains(dir, now, { pid: process.pid + 1 })), ["many", "few"]);
  assert.deepEqual(writersOf(readRemains(dir, now, { pid: process.pid })), ["many", "theirs", "few"]);
  assert.deepEqual(writersOf(readRemains(dir, now, { accepts: (meantFor) => meantFor === "x" })), []);
  assert.equal(nothingRemains(all), false);
});

test("of many journals a screenful is shown, and how many more there are", () => {
  const journals = Array.from({ length: 25 }, (_, n) => journalOf({ writer: `w${n}` }));
  const lines = remainsInFull(remainsOf(journals)).split("\n");
  assert.equal(lines.length, 1 + 20 + 1 + 1);
  assert.equal(lines[21], "and 5 more journals");
  assert.equal(remainsInFull(remainsOf([])), "");
});

test("who ships, what it met and what cannot be delivered is said, and steers no terminal", () => {
  const shipper = {
    process: { pid: 7, startTime: "", boot: "", host: "here", namespace: "" },
    sink: "cloud",
    startedAt: "",
    updatedAt: "",
    batchesInFlight: 0,
    refused: [],
    alerts: { gathered: 0, channels: {} },
    counts: { ...newCounts(), lastError: "throttled\u001b[2J" },
  } as unknown as ShipperReport;
  const journals = [
    journalOf({ shipperPid: 7 }),
    journalOf({ writer: "x", folder: "/j/x", error: "it is torn\u0007" }),
  ];
  const remains = remainsOf(journals, [shipper]);
  assert.deepEqual(remainsInFull(remains).replaceAll(/ +/g, " ").split("\n"), [
    "service writer records bytes oldest shipper",
    "web w 1 2.0 KiB 5s 7",
    "web x ? ? 5s nobody",
    "no shipper can deliver /j/x: it is torn\\u{7}",
    "shipper 7 to cloud met last: throttled\\u{1b}[2J",
    "",
  ]);
  assert.equal(remainsInShort(remains, "still wait"), "1 record (2.0 KiB, the oldest for 5s) still waits");
  const two = { ...remains, waiting: { records: 2, bytes: 0, oldestMs: undefined } };
  assert.equal(remainsInShort(two, "wait"), "2 records (0 B) wait");
});
