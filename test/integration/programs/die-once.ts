/** Loaded before a program: its first worker thread dies of an error soon after it has begun. */
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import threads, { isMainThread, type WorkerOptions } from "node:worker_threads";

const LIFE_MS = 300;

const LastingWorker = threads.Worker;

class DyingWorker extends LastingWorker {
  constructor(file: string | URL, options: WorkerOptions) {
    super(file, { ...options, execArgv: ["--import", fileURLToPath(import.meta.url)] });
    use(LastingWorker);
  }
}

function use(worker: typeof LastingWorker): void {
  threads.Worker = worker;
  syncBuiltinESMExports();
}

if (isMainThread) {
  use(DyingWorker as typeof LastingWorker);
} else {
  setTimeout(() => {
    throw new Error("a defect in the worker");
  }, LIFE_MS);
}
