import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { PROFILE_ARGS } from "../lib/profile.js";
import { CREDENTIALS, GROUP, REGION } from "./shape.js";
import type { Usage } from "./usage.js";

const CLI = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const USAGE_AT_EXIT = new URL("./usage-at-exit.js", import.meta.url).href;

/** `dragonlog ship` as it is installed. */
export interface ShipperProcess {
  /** What it used from its start to its end. Rejects when it leaves anything behind. */
  readonly ended: Promise<Usage>;
  /** Lets one that runs until then end. */
  stop(): void;
}

/** `dragonlog ship --once`, from its start to its end. Throws when it leaves anything behind. */
export function ship(dir: string, url: string, flags: readonly string[] = []): Promise<Usage> {
  return startShipper(dir, url, ["--once", ...flags]).ended;
}

export function startShipper(dir: string, url: string, flags: readonly string[]): ShipperProcess {
  const place = ["--journal-dir", dir, "--region", REGION, "--group", GROUP, "--endpoint", url];
  // Several run at once, and what a page costs is asked by itself (bench/watch).
  const page = ["--listen", "none"];
  const node = [...PROFILE_ARGS, "--import", USAGE_AT_EXIT];
  const shipper = spawn(process.execPath, [...node, CLI, "ship", ...place, ...page, ...flags], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
  });
  return { ended: usageAtEnd(shipper), stop: () => void shipper.kill() };
}

async function usageAtEnd(shipper: ChildProcess): Promise<Usage> {
  const [[code], said, usage] = await Promise.all([
    once(shipper, "exit") as Promise<[number | null]>,
    text(shipper.stderr!),
    text(shipper.stdio[3] as Readable),
  ]);
  if (code !== 0) {
    throw new Error(`dragonlog ship ended with ${code}: ${said}`);
  }
  return JSON.parse(usage) as Usage;
}
