/**
 * What is measured runs in a process of its own: nothing that ran before warms its code, fills its heap or shares its
 * event loop. The order comes as one JSON argument, the figures go back as one message.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { PROFILE_ARGS } from "./profile.js";

/** Longer than anything here takes; a child that hangs must not hang the bench. */
const CHILD_MS_MAX = 300_000;

export interface ChildEnd<Result> {
  /** The first message that it sent. */
  readonly result: Result | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs a module to its end, whatever that is. */
export async function runToEnd<Result>(
  module: URL,
  order: unknown,
  env: NodeJS.ProcessEnv = {},
): Promise<ChildEnd<Result>> {
  const child = fork(fileURLToPath(module), [JSON.stringify(order)], {
    timeout: CHILD_MS_MAX,
    killSignal: "SIGKILL",
    execArgv: [...process.execArgv, ...PROFILE_ARGS],
    // Unlike JSON it keeps NaN, which stands for what was not measured.
    serialization: "advanced",
    env: { ...process.env, ...env },
  });
  let result: Result | undefined;
  child.once("message", (message) => {
    result = message as Result;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { result, code, signal };
}

/** Runs a module that reports; throws when it ends without. */
export async function runChild<Result>(
  module: URL,
  order: unknown,
  env: NodeJS.ProcessEnv = {},
): Promise<Result> {
  const { result, code, signal } = await runToEnd<Result>(module, order, env);
  if (result === undefined || code !== 0) {
    throw new Error(`${module.pathname} ended with ${signal ?? code} on ${JSON.stringify(order)}`);
  }
  return result;
}

/** In the child: what it is to do. */
export function order<Order>(): Order {
  return JSON.parse(process.argv[2]!) as Order;
}

/** In the child: hands the figures over and lets the process end. */
export async function report(result: unknown): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.send!(result, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
  process.disconnect();
}
