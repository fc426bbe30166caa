/** A primary, its replica and one Sentinel that puts the replica in the primary's place when that is gone for half a second. */
import { until } from "./program.js";
import { RedisServer } from "./redis-server.js";

const MASTER = "logs";
const DOWN_MS = 500;

export class RedisSentinel {
  readonly primary: RedisServer;
  readonly #replica: RedisServer;
  readonly #sentinel: RedisServer;

  private constructor(primary: RedisServer, replica: RedisServer, sentinel: RedisServer) {
    this.primary = primary;
    this.#replica = replica;
    this.#sentinel = sentinel;
  }

  /** Resolves when the replica has its primary's data and the Sentinel knows of both. */
  static async start(): Promise<RedisSentinel> {
    const primary = await RedisServer.start();
    const replica = await RedisServer.start({ flags: ["--replicaof", "127.0.0.1", String(primary.port)] });
    const config = [
      `sentinel monitor ${MASTER} 127.0.0.1 ${primary.port} 1`,
      `sentinel down-after-milliseconds ${MASTER} ${DOWN_MS}`,
      `sentinel failover-timeout ${MASTER} 5000`,
    ];
    const sentinel = await RedisServer.start({ flags: ["--sentinel"], config: `${config.join("\n")}\n` });
    const knowsReplica = async (): Promise<boolean> => {
      const replicas = (await sentinel.command("SENTINEL", "REPLICAS", MASTER)) as unknown[][];
      return replicas.length === 1 && replicas[0]!.includes("ok");
    };
    await until(knowsReplica, () => "the Sentinel does not get to know the replica");
    return new RedisSentinel(primary, replica, sentinel);
  }

  get url(): string {
    return `redis+sentinel://127.0.0.1:${this.#sentinel.port}/${MASTER}`;
  }

  /** Resolves when the replica has all that was written so far. */
  async replicated(): Promise<void> {
    const offset = async (server: RedisServer): Promise<string | undefined> =>
      /(?:master|slave)_repl_offset:(\d+)/.exec(String(await server.command("INFO", "replication")))?.[1];
    const written = Number(await offset(this.primary));
    await until(
      async () => Number(await offset(this.#replica)) >= written,
      () => "the replica lags behind",
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.primary, this.#replica, this.#sentinel].map((server) => server.stop()));
  }
}
