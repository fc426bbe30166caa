import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openMapper } from "./mapping.js";

const BYTES = 65_536;

test("a window says that it has synced a file only while it shows that file", async (t) => {
  const mapper = openMapper();
  const window = mapper.reserve(BYTES);
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-mapping-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "file");
  const fd = openSync(path, "w+");
  ftruncateSync(fd, BYTES);
  const synced = (): Promise<string> => new Promise((resolve) => window.sync(BYTES, resolve));
  const here = process.platform === "linux" ? "synced" : "elsewhere";
  assert.equal(await synced(), "elsewhere", "nothing is attached");
  window.attach(fd);
  window.bytes.write("text");
  assert.equal(await synced(), here);
  assert.equal(readFileSync(path, "latin1").slice(0, 4), "text");
  const meanwhile = synced();
  window.detach();
  assert.equal(await meanwhile, "elsewhere", "detached before it had ended");
  assert.equal(await synced(), "elsewhere", "detached");
  mapper.release(window);
  closeSync(fd);
});
