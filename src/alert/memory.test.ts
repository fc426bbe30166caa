import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

const CHANGES = 1000;

test("shippers in threads of one process change the file without hindering one another", async (context) => {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-alerts-"));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const program = `
    import { parentPort, workerData } from "node:worker_threads";
    const { AlertMemory } = await import(workerData.module);
    const failures = [];
    const memory = new AlertMemory(workerData.file, (message) => failures.push(message));
    for (let i = 0; i < ${CHANGES}; i++) memory.change(({ sentAtMs }) => { sentAtMs.drops = i; });
    parentPort.postMessage(failures);
  `;
  const workerData = { module: new URL("./memory.js", import.meta.url).href, file: join(dir, "alerts.json") };
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const failures = await Promise.all(
    [1, 2].map(async () => (await once(new Worker(url, { workerData }), "message"))[0]),
  );
  assert.deepEqual(failures, [[], []]);
  assert.deepEqual(readdirSync(dir), ["alerts.json"]);
});
