/** What INFO says, which every server answers alike as far as it goes. */
import type { ServerInfo, ServerMemory } from "./store.js";

export function infoFields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\r\n").flatMap((line) => {
      const colon = line.indexOf(":");
      return line.startsWith("#") || colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

/** Dragonfly names itself by `dragonfly_version`. See https://redis.io/docs/latest/commands/info/. */
export function serverInfo(fields: ReadonlyMap<string, string>): ServerInfo {
  const dragonfly = fields.get("dragonfly_version");
  const valkey = fields.get("valkey_version");
  return {
    kind: dragonfly !== undefined ? "dragonfly" : valkey !== undefined ? "valkey" : "redis",
    version: dragonfly ?? valkey ?? fields.get("redis_version") ?? "",
    runId: fields.get("run_id") ?? fields.get("master_replid") ?? "",
    ...appendOnly(fields),
    ...serverMemory(fields),
  };
}

/** What Dragonfly says of `aof_enabled` means nothing: it has no such log. */
function appendOnly(fields: ReadonlyMap<string, string>): Pick<ServerInfo, "appendOnly"> {
  const enabled = fields.has("dragonfly_version") ? undefined : fields.get("aof_enabled");
  return enabled === undefined ? {} : { appendOnly: enabled === "1" };
}

/** The section `memory`. Dragonfly evicts in its `cache_mode`; Redis and Valkey, which have none, by `maxmemory_policy`. */
export function serverMemory(fields: ReadonlyMap<string, string>): ServerMemory {
  const cacheMode = fields.get("cache_mode");
  return {
    usedBytes: Number(fields.get("used_memory") ?? 0),
    bytesMax: Number(fields.get("maxmemory") ?? 0),
    evicts:
      cacheMode !== undefined
        ? cacheMode === "cache"
        : (fields.get("maxmemory_policy") ?? "noeviction") !== "noeviction",
  };
}
