/**
 * Connections to the primaries of a cluster, each opened when its first command comes. The library finds the node of a key and
 * follows MOVED and ASK.
 *
 * A lost connection stays lost, for the library would otherwise go on with the map that it has, while the map changes when a
 * replica takes over. So when a node cannot be reached, the cluster is looked at anew beside the old view, which goes on
 * serving its other nodes until the new one takes its place; as often as `LOOK_MS` allows, while nodes stay away.
 */
import type * as Library from "@redis/client";
import type { Command, Connection, DialOptions, Reply, Wire } from "./connection.js";
import { clientOptions, socketOptions } from "./dial-node.js";
import { failureOf } from "./failures.js";
import { keySlot } from "./key-slot.js";
import type { Node, StoreUrl } from "./store-url.js";
import { within } from "./within.js";

const LOOK_MS = 500;
/** How long an old view may take to get the answers to what it has sent. */
const FAREWELL_MS = 10_000;

export async function dialCluster(
  library: typeof Library,
  url: StoreUrl,
  options: DialOptions,
): Promise<Connection> {
  const view = new ClusterView(library, url, options);
  await view.look();
  return view;
}

type Cluster = Awaited<ReturnType<typeof connectCluster>>;

class ClusterView implements Connection {
  readonly #library: typeof Library;
  readonly #url: StoreUrl;
  readonly #options: DialOptions;
  #cluster: Cluster | undefined;
  #lookingSince = 0;
  #looking = false;
  #destroyed = false;

  constructor(library: typeof Library, url: StoreUrl, options: DialOptions) {
    this.#library = library;
    this.#url = url;
    this.#options = options;
  }

  async send(key: string, command: Command): Promise<Reply> {
    return this.#noticing(async (cluster) => {
      const options = { typeMapping: { [this.#library.RESP_TYPES.BLOB_STRING]: Buffer } };
      return (await cluster.sendCommand(key, false, [...command], options)) as unknown as Reply;
    });
  }

  async wireTo(key: string): Promise<Wire> {
    return this.#noticing(async (cluster) => {
      const slot = keySlot(key);
      const client = await cluster.nodeClient(cluster.slots[slot]!.master);
      const options = { typeMapping: { [this.#library.RESP_TYPES.BLOB_STRING]: Buffer } };
      return async (command) => (await client.sendCommand([...command], options)) as unknown as Reply;
    });
  }

  async sendToAll(command: Command): Promise<Reply[]> {
    return this.#noticing((cluster) =>
      Promise.all(
        cluster.masters.map(async (node) => {
          const client = await cluster.nodeClient(node);
          return (await client.sendCommand([...command])) as unknown as Reply;
        }),
      ),
    );
  }

  destroy(): void {
    this.#destroyed = true;
    this.#cluster?.destroy();
  }

  /** Asks the nodes that are known for the map, and takes it. Rejects when none of them answers. */
  async look(): Promise<void> {
    this.#looking = true;
    this.#lookingSince = performance.now();
    try {
      const cluster = await connectCluster(this.#library, this.#url, this.#knownNodes(), this.#options);
      if (this.#destroyed) {
        cluster.destroy();
        return;
      }
      const old = this.#cluster;
      this.#cluster = cluster;
      if (old !== undefined) {
        setTimeout(() => old.destroy(), FAREWELL_MS).unref();
      }
    } finally {
      this.#looking = false;
    }
  }

  async #noticing<T>(send: (cluster: Cluster) => Promise<T>): Promise<T> {
    try {
      return await send(this.#cluster!);
    } catch (error) {
      if (failureOf(error) === "away") {
        this.#lookAgain();
      }
      throw error;
    }
  }

  #lookAgain(): void {
    if (!this.#looking && !this.#destroyed && performance.now() - this.#lookingSince >= LOOK_MS) {
      // When it fails the old view stays, and the next command that fails asks again.
      this.look().catch(() => {});
    }
  }

  /** Those of the URL, and those that were found, which may be all that is left. */
  #knownNodes(): readonly Node[] {
    const found = this.#cluster === undefined ? [] : [...this.#cluster.masters, ...this.#cluster.replicas];
    return [...this.#url.nodes, ...found.map(({ host, port }) => ({ host, port }))];
  }
}

async function connectCluster(
  library: typeof Library,
  url: StoreUrl,
  nodes: readonly Node[],
  options: DialOptions,
) {
  const cluster = library.createCluster({
    RESP: 2,
    rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
    defaults: { ...clientOptions(url), socket: socketOptions(url, options) },
    minimizeConnections: true,
    commandOptions: { timeout: 0 },
  });
  // Each also rejects the calls that it concerns.
  cluster.on("error", () => {});
  try {
    await within(options.connectTimeoutMs, cluster.connect());
  } catch (error) {
    cluster.destroy();
    throw error;
  }
  return cluster;
}
