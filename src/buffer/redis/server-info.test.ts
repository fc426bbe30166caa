import assert from "node:assert/strict";
import { test } from "node:test";
import { infoFields, serverInfo } from "./server-info.js";

const read = (...lines: string[]) => serverInfo(infoFields(lines.join("\r\n")));

test("Redis", () => {
  const lines = ["# Server", "redis_version:7.0.15", "run_id:abc", "", "# Memory", "used_memory:900"];
  assert.deepEqual(read(...lines, "maxmemory:1000", "maxmemory_policy:noeviction"), {
    kind: "redis",
    version: "7.0.15",
    runId: "abc",
    usedBytes: 900,
    bytesMax: 1000,
    evicts: false,
  });
  assert.equal(read(...lines, "maxmemory_policy:allkeys-lru").evicts, true);
});

test("Valkey, which also says which Redis it is like", () => {
  const info = read("redis_version:7.2.4", "server_name:valkey", "valkey_version:8.1.1", "aof_enabled:1");
  assert.equal(info.kind, "valkey");
  assert.deepEqual([info.version, info.appendOnly], ["8.1.1", true]);
});

test("Dragonfly, which has no run id but a new replication id at every start", () => {
  const lines = [
    "redis_version:7.4.0",
    "dragonfly_version:df-v1.40.1",
    "used_memory:9",
    "maxmemory:10",
    "aof_enabled:0",
  ];
  assert.deepEqual(read(...lines, "cache_mode:store", "maxmemory_policy:noeviction", "master_replid:def"), {
    kind: "dragonfly",
    version: "df-v1.40.1",
    runId: "def",
    usedBytes: 9,
    bytesMax: 10,
    evicts: false,
  });
  assert.equal(read(...lines, "cache_mode:cache", "maxmemory_policy:eviction").evicts, true);
});
