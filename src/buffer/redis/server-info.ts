/** What INFO says, which every server answers alike as far as it goes. */
import type { ServerInfo } from "./store.js";

export function infoFields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\r\n").flatMap((line) => {
      const colon = line.indexOf(":");
      return line.startsWith("#") || colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

/**
 * Dragonfly names itself by `dragonfly_version` and evicts in `cache_mode`; Redis and Valkey evict by their
 * `maxmemory_policy`. See the memory section of https://redis.io/docs/latest/commands/info/.
 */
export function serverInfo(fields: ReadonlyMap<string, string>): ServerInfo {
  const dragonfly = fields.get("dragonfly_version");
  const valkey = fields.get("valkey_version");
  return {
    kind: dragonfly !== undefined ? "dragonfly" : valkey !== undefined ? "valkey" : "redis",
    version: dragonfly ?? valkey ?? fields.get("redis_version") ?? "",
    runId: fields.get("run_id") ?? fields.get("master_replid") ?? "",
    usedBytes: Number(fields.get("used_memory") ?? 0),
    bytesMax: Number(fields.get("maxmemory") ?? 0),
    evicts:
      dragonfly !== undefined
        ? fields.get("cache_mode") === "cache"
        : (fields.get("maxmemory_policy") ?? "noeviction") !== "noeviction",
  };
}
