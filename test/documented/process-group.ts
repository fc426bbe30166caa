/** All that one command has started, as Linux counts it: a process group. */
import { readdirSync, readFileSync } from "node:fs";

/** Sends a signal to a process group; false where nobody is left in it. */
export function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}

/** Whether a process of the group still runs. Those that have ended and that nobody has asked for do not. */
export function isPeopled(group: number): boolean {
  return readdirSync("/proc").some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [state, , of] = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return Number(of) === group && state !== "Z" && state !== "X";
    } catch {
      return false;
    }
  });
}
