/** The thread that looks, as the main thread holds it, and whether it still comes back from what it does. */
import { Worker } from "node:worker_threads";
import { every } from "../system/every.js";
import { type FromThread, type ThreadStart, type ToThread, TURN, VIEWER } from "./protocol.js";

/** How often it is looked while one turn goes on, before it is taken for one that does not come back. */
const LOOKS = 3;
const HEAP_MIB_MAX = 512;

export interface ThreadHooks {
  readonly onMessage: (message: FromThread) => void;
  /** One turn has lasted `hangMs` or longer, over the records of this viewer. It was ended. */
  readonly onHang: (viewer: number) => void;
  /** It ended by itself, which it never should; `reason` for people. */
  readonly onDeath: (reason: string) => void;
}

export class Thread {
  readonly #worker: Worker;
  readonly #turns = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  readonly #stopChecking: () => void;
  #isEnded = false;

  constructor(
    start: Omit<ThreadStart, "turns">,
    hangMs: number,
    { onMessage, onHang, onDeath }: ThreadHooks,
  ) {
    const workerData: ThreadStart = { ...start, turns: this.#turns };
    // What the process is started with is not for this thread.
    this.#worker = new Worker(new URL("./live-worker.js", import.meta.url), {
      workerData,
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: "" },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    });
    let reason = "it ended";
    this.#worker.on("message", (message: FromThread) => {
      if (!this.#isEnded) onMessage(message);
    });
    this.#worker.on("error", (error) => {
      reason = error.message;
    });
    this.#worker.on("exit", () => {
      if (this.#isEnded) return;
      this.end();
      onDeath(reason);
    });
    // Only now: a listener for messages holds the process again.
    this.#worker.unref();
    this.#stopChecking = this.#checkTurns(hangMs, onHang);
  }

  post(message: ToThread, transferred: readonly ArrayBuffer[] = []): void {
    if (!this.#isEnded) this.#worker.postMessage(message, transferred);
  }

  /** Nothing is heard of it any more. */
  end(): void {
    this.#isEnded = true;
    this.#stopChecking();
    void this.#worker.terminate();
  }

  /**
   * Counts looks and not time: while the whole process rests, as on a machine that sleeps, nobody looks either.
   */
  #checkTurns(hangMs: number, onHang: (viewer: number) => void): () => void {
    let seen = -1;
    let looks = 0;
    return every(hangMs / LOOKS, () => {
      const viewer = Atomics.load(this.#turns, VIEWER);
      const turn = Atomics.load(this.#turns, TURN);
      looks = viewer !== 0 && turn === seen ? looks + 1 : 0;
      seen = turn;
      if (looks < LOOKS) return;
      this.end();
      onHang(viewer);
    });
  }
}
