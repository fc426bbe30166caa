/** What Linux says of a process, see proc(5). Of all its threads, for Node.js has some that are not JavaScript's. */
import { readdirSync, readFileSync } from "node:fs";

export interface Sample {
  readonly cpuNs: number;
  /** How often a thread of it went to sleep by itself: each time, something had woken it before. */
  readonly sleeps: number;
  /** Reads and writes: read(2), pread(2), write(2) and the like. */
  readonly readsAndWrites: number;
}

export function sampleOf(pid: number): Sample {
  let cpuNs = 0;
  let sleeps = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const dir = `/proc/${pid}/task/${thread}`;
    cpuNs += Number(readFileSync(`${dir}/schedstat`, "latin1").split(" ")[0]);
    sleeps += fieldOf(`${dir}/status`, "voluntary_ctxt_switches");
  }
  const io = `/proc/${pid}/io`;
  return { cpuNs, sleeps, readsAndWrites: fieldOf(io, "syscr") + fieldOf(io, "syscw") };
}

/** `resident` counts the program's own code and the pages of mapped files too; `own` is what no file stands behind. */
export function memoryOf(pid: number): { readonly resident: number; readonly own: number } {
  const status = `/proc/${pid}/status`;
  return { resident: fieldOf(status, "VmRSS") * 1024, own: fieldOf(status, "RssAnon") * 1024 };
}

function fieldOf(path: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(readFileSync(path, "latin1"))?.[1]);
}
