/** A worker thread that searches as `aside.ts` asks. */
import { parentPort, workerData } from "node:worker_threads";
import type { AsideAnswer, AsideOptions } from "../aside.js";
import { Coverage } from "../coverage.js";
import { schedulesOf } from "../schedule.js";
import { search } from "../search.js";

const { kinds, ...options } = workerData as AsideOptions;
const coverage = new Coverage();
const finding = await search({ ...options, schedules: schedulesOf(kinds), onPlayed: coverage.add });
const { schedules, sums } = coverage;
parentPort!.postMessage({ finding: finding?.text, coverage: { schedules, sums } } satisfies AsideAnswer);
