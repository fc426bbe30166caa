/** A `dragonlog ship` that goes on until it is stopped, and says in between what it has used. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PROFILE_ARGS } from "../lib/profile.js";
import { CREDENTIALS, GROUP, REGION } from "../ship/shape.js";
import type { Usage } from "../ship/usage.js";

export const CLI = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const USAGE_WHEN_ASKED = new URL("./usage-when-asked.js", import.meta.url).href;
const LOOK_MS = 10;
const START_MS_MAX = 20_000;

export interface PageShipperOptions {
  readonly dir: string;
  /** Of the stand-in for CloudWatch. */
  readonly cloudUrl: string;
  /** Where the page is served on 127.0.0.1; without it, none is. */
  readonly port: number | undefined;
  readonly flags?: readonly string[];
}

export class PageShipper {
  readonly #child: ChildProcess;
  readonly #said: Promise<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#said = text(child.stderr!);
  }

  /** Resolves when it is up; with a page, when that accepts connections. */
  static async start({ dir, cloudUrl, port, flags = [] }: PageShipperOptions): Promise<PageShipper> {
    const place = ["--journal-dir", dir, "--region", REGION, "--group", GROUP, "--endpoint", cloudUrl];
    const listen = port === undefined ? "none" : `127.0.0.1:${port}`;
    const args = ["ship", ...place, "--interval", "100ms", "--listen", listen, ...flags];
    const child = spawn(process.execPath, [...PROFILE_ARGS, "--import", USAGE_WHEN_ASKED, CLI, ...args], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
    });
    const shipper = new PageShipper(child);
    await shipper.usage();
    for (const deadline = performance.now() + START_MS_MAX; port !== undefined; await sleep(LOOK_MS)) {
      if (await accepts(port)) break;
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill("SIGKILL");
        throw new Error(`dragonlog ship serves no page: ${await shipper.#said}`);
      }
    }
    return shipper;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** What it has used since its start, all its threads. */
  async usage(): Promise<Usage> {
    this.#child.send("usage");
    const [usage] = (await Promise.race([once(this.#child, "message"), once(this.#child, "exit")])) as [
      Usage,
    ];
    if (typeof usage !== "object") {
      throw new Error(`dragonlog ship has ended: ${await this.#said}`);
    }
    return usage;
  }

  /** Throws when it leaves anything behind. */
  async stop(): Promise<void> {
    const ended = once(this.#child, "exit") as Promise<[number | null]>;
    this.#child.kill("SIGTERM");
    const [code] = await ended;
    if (code !== 0) {
      throw new Error(`dragonlog ship ended with ${code}: ${await this.#said}`);
    }
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
