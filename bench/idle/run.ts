/** What a logger and a shipper take while nothing happens. See README.md. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { answer } from "../lib/answer.js";
import { wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import { memoryOf, sampleOf } from "./proc.js";
import { type Measured, type Results, summary, tables } from "./results.js";
import { CONTENDERS, type ContenderName, MANY, SETTLE_MS, WRITERS } from "./shape.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "30" },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const seconds = wholeNumber("seconds", values.seconds);
const QUIET = fileURLToPath(new URL("./quiet.js", import.meta.url));
const CLI = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const ENV = {
  ...process.env,
  AWS_ACCESS_KEY_ID: "AKIABENCHBENCHBENCH0",
  AWS_SECRET_ACCESS_KEY: "bench",
};

await withTempDir(async (root) => {
  const progress = new Progress(rounds);
  const results: Results = {
    machine: machineLine(root),
    versions: versionsLine(["pino", "@aws-sdk/client-cloudwatch-logs"]),
    measured: [],
  };
  try {
    for (let round = 1; round <= rounds; round++) {
      progress.step(`round ${round}: all of them, ${seconds} s`);
      results.measured.push(...(await measureAll(join(root, String(round)))));
    }
  } finally {
    progress.end();
  }
  answer(values.json, summary(results), tables(results));
});

/** All at once: they do nothing, so they are not in each other's way, and they meet the same machine. */
async function measureAll(dir: string): Promise<Measured[]> {
  const cloud = await FakeCloudWatch.start();
  const children: ChildProcess[] = [];
  const startedIn = (folder: string, start: (dir: string) => ChildProcess): ChildProcess => {
    const place = join(dir, folder);
    mkdirSync(place, { recursive: true });
    const child = start(place);
    children.push(child);
    return child;
  };
  const quiet = (folder: string, name: string, count: number): ChildProcess =>
    startedIn(folder, (place) => startQuiet(name, place, count));
  const shipper = (folder: string): ChildProcess =>
    startedIn(folder, (place) => startShipper(place, cloud.url));
  try {
    const processes: Readonly<Record<ContenderName, ChildProcess>> = {
      node: quiet("node", "none", 0),
      pino: quiet("pino", "pino", 1),
      logger: quiet("logger", "dragonlog", 1),
      "pino-many": quiet("pino-many", "pino", MANY),
      "logger-many": quiet("many", "dragonlog", MANY),
      shipper: shipper("ten"),
      "shipper-none": shipper("none"),
      "shipper-many": shipper("many"),
    };
    for (let writer = 0; writer < WRITERS; writer++) {
      quiet("ten", "dragonlog", 1);
    }
    await Promise.all(children.map(saysSomething));
    await cloud.until(({ eventsStored }) => eventsStored >= WRITERS + MANY, 30_000);
    await sleep(SETTLE_MS);
    return await measure(processes);
  } finally {
    for (const child of children) {
      child.kill("SIGKILL");
    }
    await cloud.stop();
  }
}

async function measure(processes: Readonly<Record<ContenderName, ChildProcess>>): Promise<Measured[]> {
  const names = Object.keys(CONTENDERS) as ContenderName[];
  const begins = names.map((name) => ({ at: performance.now(), ...sampleOf(processes[name].pid!) }));
  await sleep(seconds * 1000);
  return names.map((name, index): Measured => {
    const { pid } = processes[name];
    const { at, cpuNs, sleeps, readsAndWrites } = begins[index]!;
    const now = sampleOf(pid!);
    const ms = performance.now() - at;
    const { resident, own } = memoryOf(pid!);
    return {
      name,
      corePercent: ((now.cpuNs - cpuNs) / 1e6 / ms) * 100,
      sleepsPerSecond: (now.sleeps - sleeps) / (ms / 1000),
      readsAndWritesPerSecond: (now.readsAndWrites - readsAndWrites) / (ms / 1000),
      residentBytes: resident,
      ownBytes: own,
    };
  });
}

function startQuiet(name: string, dir: string, count: number): ChildProcess {
  return spawn(process.execPath, [QUIET, name, dir, String(count)], { stdio: ["ignore", "pipe", "inherit"] });
}

function startShipper(dir: string, url: string): ChildProcess {
  const place = ["--journal-dir", dir, "--region", "us-east-1", "--endpoint", url];
  const flags = [...place, "--interval", "1s", "--listen", "127.0.0.1:0"];
  return spawn(process.execPath, [CLI, "ship", ...flags], { env: ENV, stdio: ["ignore", "ignore", "pipe"] });
}

/** A program that is up says so on one of its outputs. */
async function saysSomething(child: ChildProcess): Promise<void> {
  const output = child.stdout ?? child.stderr!;
  const [said] = await Promise.race([once(output, "data"), once(child, "exit")]);
  if (!Buffer.isBuffer(said)) {
    throw new Error(`a process ended with ${child.signalCode ?? child.exitCode}`);
  }
  output.resume();
}
