import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../journal/journal.cases.js";
import type { DragonlogError } from "../system/errors.js";
import { testBuffer } from "./buffer.cases.js";
import { MemoryBuffer } from "./memory.js";

function recordOf(seq: number, payload: string, writer = "w") {
  const timestamp = 1000 + seq;
  const bytes = Buffer.from(lineOf(seq, payload, timestamp));
  return { timestamp, writer, seq, service: "svc", type: "INFO", bytes, start: 0, end: bytes.length };
}

testBuffer({
  name: "memory",
  open() {
    const buffer = new MemoryBuffer({ bytesMax: 1 << 20 });
    let seq = 0;
    return {
      open: () => buffer,
      append: (writer, payloads) => {
        for (const payload of payloads) buffer.append(recordOf(seq++, payload, writer));
      },
      end: () => buffer.end(),
      requestFlush: (nowMs) => buffer.requestFlush(nowMs),
      crash: () => assert.fail("a buffer in memory dies with its shipper"),
      expire: () => assert.fail("a buffer in memory has no lease"),
    };
  },
  skips: {
    crash: "what is in memory dies with the process",
    lease: "the writer's process ships by itself, so there is nobody to share with",
    fence: "there is nobody to share with",
    "a source per writer": "all of a process is one source",
  },
});

test("a full buffer refuses, counts what it refuses and tells once; what is acknowledged makes room", async () => {
  const told: DragonlogError[] = [];
  const record = recordOf(0, "x".repeat(100));
  const buffer = new MemoryBuffer({ bytesMax: 3 * record.end + 1, onFull: (error) => told.push(error) });
  const taken = Array.from({ length: 10 }, () => buffer.append(record));
  assert.deepEqual(taken, [true, true, true, ...Array(7).fill(false)]);
  assert.deepEqual(buffer.refusals, { records: 7, bytes: 7 * record.end });
  assert.deepEqual(
    told.map(({ code }) => code),
    ["DRAGONLOG_BUFFER_FULL"],
  );
  assert.equal(buffer.bytes, 3 * record.end);

  const [source] = buffer.claim();
  source!.read(1 << 20);
  assert.equal(buffer.append(record), false, "what is only read still waits");
  source!.acknowledge([{ from: 1, to: 2 }]);
  assert.equal(buffer.append(record), false, "those before it still wait");
  source!.acknowledge([{ from: 0, to: 0 }]);
  assert.equal(buffer.bytes, 0);
  assert.equal(buffer.append(record), true);
  buffer.append(record);
  buffer.append(record);
  buffer.append(record);
  assert.equal(told.length, 2);
});
