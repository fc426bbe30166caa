import type { TestContext } from "node:test";
import { JournalBuffer } from "../../buffer/journal.js";
import { append, openJournal, temporaryFolder } from "../../journal/journal.cases.js";
import type { Journal } from "../../journal/journal.js";
import { systemClock } from "../../system/clock.js";
import { testFollower } from "../follower.cases.js";
import { findRecord, openFollower } from "../open.js";

testFollower({
  name: "journals",
  counts: "all",
  runs: 40,
  async open(t: TestContext) {
    const dir = temporaryFolder(t);
    const journals = new Map<string, Journal>();
    let now = 1000;
    const buffer = new JournalBuffer({ dir, clock: systemClock, onDamage: () => {} });
    t.after(async () => {
      await buffer.close();
      for (const journal of journals.values()) journal.closeNow();
    });
    return {
      follow: (start) => openFollower({ kind: "journal", dir }, { start, clock: systemClock }),
      find: (id) => findRecord({ kind: "journal", dir }, id),
      async append(writer, payloads, timestamp = now++) {
        const journal =
          journals.get(writer) ??
          openJournal(dir, { writer, clock: { ...systemClock, now: () => now } }).journal;
        journals.set(writer, journal);
        now = Math.max(now, timestamp);
        for (const payload of payloads) append(journal, payload, timestamp);
      },
      async deliver() {
        for (const source of buffer.claim()) {
          for (let chunk = await source.read(1 << 20); !chunk.drained; chunk = await source.read(1 << 20)) {
            source.acknowledge(chunk.records.map(({ ordinal }) => ({ from: ordinal, to: ordinal })));
          }
        }
      },
    };
  },
});
