/**
 * Loaded into a shipper with --import: at its end it writes into a file what the process has read and written and what
 * its main thread has put on the heap; asked in between, it says what is alive.
 */
import { openSync, readdirSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { GCProfiler, type GCProfilerResult, getHeapStatistics } from "node:v8";
import { isMainThread } from "node:worker_threads";
import { SABOTAGE_VARIABLE, WATCHED_VARIABLE, type Watched } from "../watched.js";

const PIECE_BYTES = 4096;

if (isMainThread) {
  watch();
}

function watch(): void {
  const profiler = new GCProfiler();
  profiler.start();
  const heapAtStart = heapBytes();
  process.on("message", () => process.send!(bytesAlive()));
  // The shipper decides when it ends.
  process.channel?.unref();
  const kept = sabotage(process.env[SABOTAGE_VARIABLE]);
  process.once("exit", () => {
    const bytesAllocated = allocated(heapAtStart, profiler.stop()!) + kept.length;
    const watched: Watched = { ...ownIo(), bytesAllocated };
    writeFileSync(process.env[WATCHED_VARIABLE]!, JSON.stringify(watched));
  });
}

function bytesAlive(): number {
  // Twice: what the first one finds outside of the heap is only given back afterwards.
  gc!();
  gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function heapBytes(): number {
  return getHeapStatistics().used_heap_size;
}

/** What was there before a collection, and not after the one before it, was allocated between them. */
function allocated(heapAtStart: number, { statistics }: GCProfilerResult): number {
  let bytes = 0;
  let before = heapAtStart;
  for (const { beforeGC, afterGC } of statistics) {
    bytes += beforeGC.heapStatistics.usedHeapSize - before;
    before = afterGC.heapStatistics.usedHeapSize;
  }
  return bytes + heapBytes() - before;
}

function ownIo(): Omit<Watched, "bytesAllocated"> {
  const fields = new Map(
    readFileSync("/proc/self/io", "utf8")
      .split("\n")
      .map((line) => line.split(": ") as [string, string]),
  );
  const of = (name: string): number => Number(fields.get(name));
  return {
    reads: of("syscr"),
    bytesRead: of("rchar"),
    writes: of("syscw"),
    bytesWritten: of("wchar"),
  };
}

/** Reads all journals once more in small pieces, copies them to nowhere, and keeps them on the heap as well. */
function sabotage(dir: string | undefined): string[] {
  const kept: string[] = [];
  if (dir === undefined) {
    return kept;
  }
  const nowhere = openSync("/dev/null", "w");
  const zeros = openSync("/dev/zero", "r");
  for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".seg")) {
      continue;
    }
    const bytes = readFileSync(join(dir, name));
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      writeSync(nowhere, piece);
      readSync(zeros, piece);
      kept.push(piece.toString("latin1"));
    }
  }
  return kept;
}
