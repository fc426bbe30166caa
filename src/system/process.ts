/**
 * Who a process is, beyond its pid: pids are used again, so a lock names the start time and the boot as well.
 *
 * Facts: /proc/<pid>/stat field 22 is the start time in clock ticks since boot (proc(5)); the boot id changes at every
 * boot (random(4)); pid namespaces make pids of one container meaningless in another (pid_namespaces(7)).
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  readonly pid: number;
  /** An opaque text that differs between two processes which had the same pid. */
  readonly startTime: string;
  /** Changes when the machine restarts. */
  readonly boot: string;
  readonly host: string;
  /** Where the pid means something: on Linux the pid namespace. */
  readonly namespace: string;
}

/** `unknown`: the process lives in another pid namespace or on another machine, so its pid says nothing here. */
export type Liveness = "alive" | "dead" | "unknown";

/** Where there is no /proc. Not imported: an application that logs on Linux would load it for nothing. */
function outputOf(program: string, ...args: string[]): string {
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  return execFileSync(program, args, { encoding: "latin1" }).trim();
}

function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The second field is the command in parentheses and may hold anything, even parentheses and spaces.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const state = fields[0];
      return state === "Z" || state === "X" ? undefined : fields[19];
    }
    const text = outputOf("ps", "-o", "lstart=", "-p", String(pid));
    return text === "" ? undefined : text;
  } catch {
    return undefined;
  }
}

function readBoot(): string {
  try {
    if (process.platform === "linux") {
      return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    }
    return outputOf("sysctl", "-n", "kern.boottime");
  } catch {
    return "unknown";
  }
}

function readNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

let own: ProcessIdentity | undefined;

/** This process. Read once. */
export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? "unknown",
    boot: readBoot(),
    host: hostname(),
    namespace: readNamespace(),
  };
  return own;
}

export function livenessOf(identity: ProcessIdentity): Liveness {
  const here = ownIdentity();
  if (identity.host !== here.host) {
    return "unknown";
  }
  if (identity.boot !== here.boot) {
    return "dead";
  }
  if (identity.namespace !== here.namespace) {
    return "unknown";
  }
  return startTimeOf(identity.pid) === identity.startTime ? "alive" : "dead";
}
