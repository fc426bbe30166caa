import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createClient } from "@redis/client";

export interface RedisServer {
  readonly url: string;
  /** Forgets what earlier contenders pushed. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the `redis-server` on the PATH, keeping everything in memory; undefined when there is none. */
export async function startRedis(dir: string): Promise<RedisServer | undefined> {
  if (spawnSync("redis-server", ["--version"]).status !== 0) {
    return undefined;
  }
  const port = await freePort();
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    dir,
    "--save",
    "",
    "--appendonly",
    "no",
  ];
  const server = spawn("redis-server", args, { stdio: "ignore" });
  const url = `redis://127.0.0.1:${port}`;
  const client = createClient({ url });
  // It is not listening yet at first; the client tries again until it does.
  client.on("error", () => {});
  await client.connect();
  return {
    url,
    empty: async () => void (await client.flushAll()),
    async stop() {
      client.destroy();
      const ended = once(server, "exit");
      server.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
