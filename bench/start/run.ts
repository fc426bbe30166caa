/** What a logger takes until its first record is logged, and a command until it is done. See README.md. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { answer } from "../lib/answer.js";
import { wholeNumber } from "../lib/flags.js";
import { machineLine, versionsLine } from "../lib/machine.js";
import { Progress } from "../lib/progress.js";
import { withTempDir } from "../lib/temp-dir.js";
import type { Usage } from "../ship/usage.js";
import {
  COMMANDS,
  CONTENDERS,
  type CommandName,
  type CommandRun,
  type ContenderName,
  type FirstCall,
  type Loaded,
  type Results,
  summary,
  tables,
} from "./results.js";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "25" }, json: { type: "boolean", default: false } },
});
const rounds = wholeNumber("rounds", values.rounds);
const FIRST_CALL = fileURLToPath(new URL("./first-call.js", import.meta.url));
const CLI = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const USAGE_AT_EXIT = new URL("../ship/usage-at-exit.js", import.meta.url).href;
const names = Object.keys(CONTENDERS) as ContenderName[];
const commands = Object.keys(COMMANDS) as CommandName[];

await withTempDir(async (root) => {
  let places = 0;
  const newPlace = (): string => {
    const place = join(root, String(places++));
    mkdirSync(place);
    return place;
  };
  const progress = new Progress(rounds + 1);
  const counts = {} as Record<ContenderName, Loaded>;
  const results: Results = {
    machine: machineLine(root),
    versions: versionsLine(["pino", "@aws-sdk/client-cloudwatch-logs"]),
    calls: [],
    counts,
    commands: [],
  };
  try {
    progress.step("counting what is loaded");
    for (const name of names) {
      counts[name] = await firstCall(name, newPlace(), "modules");
    }
    for (let round = 0; round < rounds; round++) {
      progress.step(`round ${round + 1}`);
      // Back and forth, so that a machine that warms up or slows down favours nobody.
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        results.calls.push({ name, round, ...(await firstCall(name, newPlace(), "time")) });
      }
      for (const name of commands) {
        results.commands.push({ name, ...(await command(name, newPlace())) });
      }
    }
  } finally {
    progress.end();
  }
  answer(values.json, summary(results), tables(results));
});

async function firstCall(name: ContenderName, dir: string, counts: "modules" | "time"): Promise<FirstCall> {
  const before = performance.now();
  const child = spawn(process.execPath, [FIRST_CALL, name, dir, counts], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { ...(JSON.parse(said) as FirstCall), processMs: performance.now() - before };
}

async function command(name: CommandName, dir: string): Promise<CommandRun> {
  const place = name === "ship --once" ? ["--journal-dir", dir, "--region", "us-east-1"] : [];
  const before = performance.now();
  const child = spawn(process.execPath, ["--import", USAGE_AT_EXIT, CLI, ...COMMANDS[name], ...place], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env: { ...process.env, AWS_ACCESS_KEY_ID: "AKIABENCHBENCHBENCH0", AWS_SECRET_ACCESS_KEY: "bench" },
  });
  const [usage] = await Promise.all([text(child.stdio[3] as Readable), once(child, "close")]);
  return { ms: performance.now() - before, cpuMs: (JSON.parse(usage) as Usage).cpuSeconds * 1000 };
}
