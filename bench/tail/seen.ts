/** The lines that a program prints, and how long after its log call each was there. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Phase, Stamp } from "./application.js";

const LOOK_MS = 5;
const DEADLINE_MS = 60_000;

export class Seen {
  readonly #child: ChildProcess;
  readonly #latencies: Record<Phase, number[]> = { first: [], paced: [], burst: [] };
  #rest = "";
  #said = "";

  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#read(text));
  }

  /** Of the records of a phase in ms, in the order in which they were seen. */
  latencies(phase: Phase): readonly number[] {
    return this.#latencies[phase];
  }

  /** Resolves when so many of a phase are there; false when they are not in time. */
  async until(phase: Phase, count: number, deadlineMs = DEADLINE_MS): Promise<boolean> {
    for (const deadline = performance.now() + deadlineMs; this.#latencies[phase].length < count; ) {
      if (this.#child.exitCode !== null) {
        throw new Error(`${this.#child.spawnfile} ended with ${this.#child.exitCode}: ${this.#said}`);
      }
      if (performance.now() > deadline) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }

  #read(text: string): void {
    const now = Number(process.hrtime.bigint()) / 1e6;
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const { metadata } = JSON.parse(line) as { metadata: Stamp };
      this.#latencies[metadata.phase].push(now - metadata.atMs);
    }
  }
}
