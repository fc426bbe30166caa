/**
 * One connection to the server that the Sentinels call the master. After a fail-over the old master closes its connections or
 * refuses writes, `link.ts` dials anew, and the Sentinels are asked again.
 *
 * The library's own Sentinel client is not used: it sends a command again by itself when the connection was cut before the
 * answer came, which would append a block twice.
 */
import type * as Library from "@redis/client";
import { messageOf } from "../../system/errors.js";
import type { Connection, DialOptions } from "./connection.js";
import { dialNode } from "./dial-node.js";
import { infoFields } from "./server-info.js";
import type { Node, StoreUrl } from "./store-url.js";
import { within } from "./within.js";

export async function dialMaster(
  library: typeof Library,
  url: StoreUrl,
  options: DialOptions,
): Promise<Connection> {
  const failures: string[] = [];
  for (const sentinel of url.nodes) {
    try {
      const master = await masterBy(library, url, sentinel, options);
      return await dialIfMaster(library, url, master, options);
    } catch (error) {
      failures.push(`${sentinel.host}:${sentinel.port}: ${messageOf(error)}`);
    }
  }
  throw new NoMasterError(`no Sentinel led to the master "${url.master}" (${failures.join("; ")})`);
}

/** None of the Sentinels could name a master that can be reached and is one. */
class NoMasterError extends Error {}

/** What this Sentinel says. https://redis.io/docs/latest/develop/reference/sentinel-clients/ */
async function masterBy(
  library: typeof Library,
  url: StoreUrl,
  sentinel: Node,
  options: DialOptions,
): Promise<Node> {
  const { connectTimeoutMs } = options;
  const asked = { tls: url.tls, username: undefined, password: undefined, database: 0 };
  const connection = await dialNode(library, asked, sentinel, { connectTimeoutMs, onLost: () => {} });
  try {
    const command = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", url.master];
    const reply = await within(connectTimeoutMs, connection.send("", command));
    if (!Array.isArray(reply)) {
      throw new Error("knows no such master");
    }
    return { host: String(reply[0]), port: Number(reply[1]) };
  } finally {
    connection.destroy();
  }
}

/** A Sentinel may not know yet that a master is none any more; its INFO says so. */
async function dialIfMaster(
  library: typeof Library,
  url: StoreUrl,
  node: Node,
  options: DialOptions,
): Promise<Connection> {
  const connection = await dialNode(library, url, node, options);
  try {
    const info = await within(options.connectTimeoutMs, connection.send("", ["INFO", "replication"]));
    const role = infoFields(String(info)).get("role");
    if (role !== "master") {
      throw new Error(`${node.host}:${node.port} is a ${role}`);
    }
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
