/**
 * Connections by the client library, @redis/client (docs/adr/0013-redis-client.md). The only file that loads it, when a
 * store is opened, so that an application without a store need not install it.
 *
 * A dialled connection connects once and never again: when it is lost, all calls on it are rejected, and `link.ts` dials
 * anew. The library sends no command again but those that a cluster's node answered with MOVED or ASK, and did not carry out.
 */
import type * as Library from "@redis/client";
import { DragonlogError } from "../../system/errors.js";
import type { Dial } from "./connection.js";
import { dialCluster } from "./dial-cluster.js";
import { dialMaster } from "./dial-master.js";
import { dialNode } from "./dial-node.js";
import type { StoreUrl } from "./store-url.js";

/** Rejects with DRAGONLOG_DEPENDENCY_MISSING without the library. */
export async function dialler(url: StoreUrl): Promise<Dial> {
  const library = await loadLibrary();
  switch (url.kind) {
    case "single":
      return (options) => dialNode(library, url, url.nodes[0]!, options);
    case "sentinel":
      return (options) => dialMaster(library, url, options);
    case "cluster":
      return (options) => dialCluster(library, url, options);
  }
}

async function loadLibrary(): Promise<typeof Library> {
  try {
    return await import("@redis/client");
  } catch (error) {
    throw new DragonlogError(
      "DRAGONLOG_DEPENDENCY_MISSING",
      "A buffer in Redis, Dragonfly or Valkey needs the package @redis/client",
      "Install it: npm install @redis/client",
      error,
    );
  }
}
