/** One connection to one server. */
import type * as Library from "@redis/client";
import type { Command, Connection, DialOptions, Reply } from "./connection.js";
import type { Node, StoreUrl } from "./store-url.js";
import { within } from "./within.js";

/** What all connections of a store have in common. */
export function clientOptions(url: Pick<StoreUrl, "username" | "password">) {
  return {
    // The version that all servers speak alike.
    RESP: 2 as const,
    ...(url.username !== undefined && { username: url.username }),
    ...(url.password !== undefined && { password: url.password }),
    disableOfflineQueue: true,
    // An ACL user would need one more command for it.
    disableClientInfo: true,
    // The library's time-out covers only what is not written yet; link.ts has one that covers the answer.
    commandOptions: { timeout: 0 },
  };
}

/** Commands behind a block are written together with it, and not once that is sent. */
const WRITE_BYTES = 2 ** 21;

/** What all sockets of a store have in common: a lost one stays lost. */
export function socketOptions({ tls }: Pick<StoreUrl, "tls">, { connectTimeoutMs }: DialOptions) {
  return {
    connectTimeout: connectTimeoutMs,
    reconnectStrategy: false as const,
    writableHighWaterMark: WRITE_BYTES,
    ...(tls && { tls }),
  };
}

export async function dialNode(
  library: typeof Library,
  url: Pick<StoreUrl, "username" | "password" | "tls" | "database">,
  node: Node,
  options: DialOptions,
): Promise<Connection> {
  const client = library.createClient({
    ...clientOptions(url),
    database: url.database,
    socket: { ...socketOptions(url, options), host: node.host, port: node.port },
  });
  let connected = false;
  client.on("error", (error: Error) => {
    if (connected) {
      connected = false;
      options.onLost(error);
    }
  });
  try {
    // The library's own time-out ends when the socket is open; logging in comes after it.
    await within(options.connectTimeoutMs, client.connect());
  } catch (error) {
    client.destroy();
    throw error;
  }
  connected = true;
  const typeMapping = { [library.RESP_TYPES.BLOB_STRING]: Buffer };
  const send = async (command: Command): Promise<Reply> =>
    (await client.sendCommand([...command], { typeMapping })) as unknown as Reply;
  return {
    send: (_key, command) => send(command),
    wireTo: async () => send,
    sendToAll: async (command) => [await send(command)],
    destroy() {
      connected = false;
      client.destroy();
    },
  };
}
