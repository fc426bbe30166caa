/** The demo's other processes: undisturbed by what is set on this machine and by the terminal's Ctrl-C, and ended with the demo. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const END_WITH_PARENT = new URL("./end-with-parent.js", import.meta.url).href;

export class Children {
  readonly #running = new Set<ChildProcess>();

  /** `cwd` is a folder without settings. */
  constructor(readonly cwd: string) {}

  /** Starts a program with a channel for messages. */
  start(program: URL, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const file = fileURLToPath(program);
    const options: SpawnOptions = {
      cwd: this.cwd,
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...withoutSettings(process.env), ...env },
    };
    const child = spawn(process.execPath, ["--import", END_WITH_PARENT, file, ...args], options);
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    // One that could not be started says so by never answering; what waits for it has a deadline.
    child.on("error", () => this.#running.delete(child));
    return child;
  }

  /** To be called when this process ends at once. */
  kill(): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }

  /** Resolves when none of them runs any more. */
  async end(): Promise<void> {
    const ended = [...this.#running].map((child) => once(child, "exit"));
    this.kill();
    await Promise.all(ended);
  }
}

/** The first message of a process; undefined when it ends before, or when the signal is aborted. */
export async function firstMessage<T>(child: ChildProcess, signal: AbortSignal): Promise<T | undefined> {
  const ended = new AbortController();
  child.once("exit", () => ended.abort());
  child.once("error", () => ended.abort());
  try {
    const [message] = await once(child, "message", { signal: AbortSignal.any([signal, ended.signal]) });
    return message as T;
  } catch {
    return undefined;
  }
}

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(DRAGONLOG|AWS)_/.test(name)));
}
