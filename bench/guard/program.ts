/** What is counted runs in processes of their own, like everything that `bench/lib/child.ts` starts, with flags of V8's. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Longer than anything here takes; a program that hangs must not hang the guard. */
const PROGRAM_MS_MAX = 60_000;

interface Start {
  readonly execArgv?: readonly string[];
  /** What runs the program, such as strace with its flags; default Node.js itself. */
  readonly under?: readonly string[];
}

/** Runs one of `programs/` to its end. Resolves with what it reported; throws when it ends without. */
export async function runProgram<Result>(
  name: string,
  order: object,
  { execArgv = [], under = [] }: Start = {},
): Promise<Result> {
  const path = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
  const [execPath = process.execPath, ...flags] = [...under, process.execPath];
  const isNode = under.length === 0;
  const child = fork(path, [JSON.stringify(order)], {
    execPath,
    execArgv: isNode ? [...execArgv] : [...flags, ...execArgv],
    timeout: PROGRAM_MS_MAX,
    killSignal: "SIGKILL",
  });
  let result: Result | undefined;
  child.once("message", (message) => {
    result = message as Result;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (result === undefined || code !== 0) {
    throw new Error(`${name} ended with ${signal ?? code} on ${JSON.stringify(order)}`);
  }
  return result;
}
