/** A cluster of three primaries, each with a replica, that notices within a second or so that one is gone. */
import { until } from "./program.js";
import { freePort, RedisServer } from "./redis-server.js";

const PRIMARIES = 3;
const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 1000;

interface ClusterNode {
  readonly server: RedisServer;
  /** The port on which nodes talk to one another. */
  readonly busPort: number;
}

export class RedisCluster {
  readonly #nodes: readonly ClusterNode[];

  private constructor(nodes: readonly ClusterNode[]) {
    this.#nodes = nodes;
  }

  /** Resolves when every node knows every other and all slots are served. */
  static async start(): Promise<RedisCluster> {
    const cluster = new RedisCluster(await Promise.all(Array.from({ length: 2 * PRIMARIES }, startNode)));
    await cluster.#join();
    return cluster;
  }

  /** Of the first two nodes only; the others are to be found. */
  get url(): string {
    const seeds = this.#nodes.slice(0, 2).map(({ server }) => `127.0.0.1:${server.port}`);
    return `redis+cluster://${seeds.join(",")}`;
  }

  /** The primary that serves the key, once one does. */
  async primaryOf(key: string): Promise<RedisServer> {
    let primary: RedisServer | undefined;
    const look = async (): Promise<boolean> => {
      for (const { server } of this.#nodes) {
        // Every other node refuses with MOVED, and one that is gone the connection.
        const answer = await server.command("EXISTS", key).catch(() => undefined);
        primary ??= answer === undefined ? undefined : server;
      }
      return primary !== undefined;
    };
    await until(look, () => `no primary serves ${key}`);
    return primary!;
  }

  /** Moves the key's slot, with what it holds, to another primary. */
  async moveSlotOf(key: string): Promise<void> {
    const from = await this.primaryOf(key);
    const to = this.#nodes.slice(0, PRIMARIES).find(({ server }) => server !== from)!.server;
    const slot = String(await from.command("CLUSTER", "KEYSLOT", key));
    const [fromId, toId] = [await idOf(from), await idOf(to)];
    await to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
    await from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
    const keys = (await from.command("CLUSTER", "GETKEYSINSLOT", slot, "1000")) as string[];
    for (const moved of keys) {
      await from.command("MIGRATE", "127.0.0.1", String(to.port), moved, "0", "5000");
    }
    for (const server of [to, from]) {
      await server.command("CLUSTER", "SETSLOT", slot, "NODE", toId);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map(({ server }) => server.stop()));
  }

  async #join(): Promise<void> {
    const [first, ...others] = this.#nodes as [ClusterNode, ...ClusterNode[]];
    const primaries = this.#nodes.slice(0, PRIMARIES);
    for (const [n, { server }] of primaries.entries()) {
      const from = Math.floor((n * SLOTS) / PRIMARIES);
      const to = Math.floor(((n + 1) * SLOTS) / PRIMARIES) - 1;
      await server.command("CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
    }
    for (const { server, busPort } of others) {
      await first.server.command("CLUSTER", "MEET", "127.0.0.1", String(server.port), String(busPort));
    }
    for (const [n, { server }] of this.#nodes.slice(PRIMARIES).entries()) {
      const primary = await idOf(primaries[n]!.server);
      // Refused until the two have heard of one another.
      const replicate = (): Promise<boolean> =>
        server.command("CLUSTER", "REPLICATE", primary).then(
          () => true,
          () => false,
        );
      await until(replicate, () => "a replica does not get to know its primary");
    }
    for (const { server } of this.#nodes) {
      await until(
        () => isWhole(server),
        () => "the cluster does not come together",
      );
    }
  }
}

async function startNode(): Promise<ClusterNode> {
  const busPort = await freePort();
  const flags = ["--cluster-enabled", "yes", "--cluster-port", String(busPort)];
  const timeout = ["--cluster-node-timeout", String(NODE_TIMEOUT_MS)];
  return { server: await RedisServer.start({ flags: [...flags, ...timeout] }), busPort };
}

async function idOf(server: RedisServer): Promise<string> {
  return String(await server.command("CLUSTER", "MYID"));
}

/** All slots served, and each primary with a replica that has its data. */
async function isWhole(server: RedisServer): Promise<boolean> {
  const info = String(await server.command("CLUSTER", "INFO"));
  const replication = String(await server.command("INFO", "replication"));
  const synced = /role:master/.test(replication)
    ? /slave0:.*state=online/.test(replication)
    : /master_link_status:up/.test(replication);
  const nodes = String(await server.command("CLUSTER", "NODES"));
  return (
    /cluster_state:ok/.test(info) &&
    synced &&
    nodes.trim().split("\n").length === 2 * PRIMARIES &&
    (nodes.match(/ (?:myself,)?slave /g) ?? []).length === PRIMARIES
  );
}
