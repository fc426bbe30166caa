/**
 * A real redis-server of this machine, in memory only, on a port of 127.0.0.1 that was free. Nothing is left of it after
 * `stop`, nor when this process ends before.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import type { Certificate } from "./certificate.js";

/** Why there is no server to test with; false when there is one. For the `skip` of a test. */
export const noRedisServer: string | false =
  spawnSync("redis-server", ["--version"]).status === 0 ? false : "redis-server is not on the PATH";

const START_MS_MAX = 10_000;

/** Those that run, for a test that ends without stopping them. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) {
    child.kill("SIGKILL");
  }
});

export interface RedisServerOptions {
  /** Further flags, such as `["--maxmemory", "64mb"]`. */
  readonly flags?: readonly string[];
  /** A configuration file to write and start with; a Sentinel and a cluster's node need one to write to. */
  readonly config?: string;
  /** A loopback address; by default 127.0.0.1. */
  readonly address?: string;
  /** By default one that is free. */
  readonly port?: number;
}

export class RedisServer {
  readonly port: number;
  readonly address: string;
  readonly dir: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, { flags = [], config, address = "127.0.0.1" }: RedisServerOptions) {
    this.port = port;
    this.address = address;
    this.dir = mkdtempSync(join(tmpdir(), "dragonlog-redis-"));
    const fixed = ["--port", String(port), "--bind", address, "--dir", this.dir];
    if (config === undefined) {
      this.#args = [
        ...fixed,
        "--save",
        "",
        "--appendonly",
        "no",
        "--repl-diskless-sync-delay",
        "0",
        ...flags,
      ];
    } else {
      const path = join(this.dir, "redis.conf");
      writeFileSync(path, config);
      this.#args = [path, ...fixed, ...flags];
    }
  }

  /** Resolves when it accepts connections. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options.port ?? (await freePort()), options);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://${this.address}:${this.port}`;
  }

  /** Starts it again after `kill`, on the same port and empty. */
  async start(): Promise<void> {
    const child = spawn("redis-server", this.#args, { stdio: "ignore" });
    this.#process = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    await accepts(this, child);
  }

  /** SIGKILL: it loses everything. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Lets it answer nothing, without closing a connection, until `resume`. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** `CONFIG SET maxmemory`; 0 for no limit. */
  async limitMemory(bytes: number): Promise<void> {
    await this.command("CONFIG", "SET", "maxmemory", String(bytes));
  }

  /** Listens with TLS on a further port, which it returns. */
  async listenTls({ authorityPath, certificatePath, keyPath }: Certificate): Promise<number> {
    const port = await freePort();
    const files = [
      "tls-cert-file",
      certificatePath,
      "tls-key-file",
      keyPath,
      "tls-ca-cert-file",
      authorityPath,
    ];
    await this.command("CONFIG", "SET", ...files, "tls-auth-clients", "no", "tls-port", String(port));
    return port;
  }

  /** Any command, on a connection of its own, without a login. */
  async command(...command: (string | Buffer)[]): Promise<unknown> {
    const client = createClient({ url: this.url, RESP: 2 });
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  async stop(): Promise<void> {
    await this.#end("SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function accepts({ address, port }: RedisServer, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS_MAX;
  while (!(await canConnect(address, port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`redis-server on ${address}:${port} did not start`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function canConnect(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
