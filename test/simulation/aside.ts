/**
 * Searches in a worker thread. Node's test runner follows every promise with async hooks, which doubles what a schedule
 * costs; a thread of its own is not followed.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Coverage } from "./coverage.js";
import type { Kind } from "./schedule.js";
import type { SearchOptions } from "./search.js";

export interface AsideOptions
  extends Pick<SearchOptions, "count" | "seed" | "exactlyOnce" | "sortsByTimestamp"> {
  readonly kinds: readonly Kind[];
}

export interface AsideAnswer {
  /** Undefined when every schedule kept every guarantee. */
  readonly finding: string | undefined;
  readonly coverage: Pick<Coverage, "schedules" | "sums">;
}

export async function searchAside(options: AsideOptions): Promise<AsideAnswer> {
  const worker = new Worker(new URL("./programs/search.js", import.meta.url), { workerData: options });
  const [answer] = (await once(worker, "message")) as [AsideAnswer];
  await worker.terminate();
  return answer;
}
