import { constants } from "node:os";
import type { Writable } from "node:stream";
import type { SignalPolicy } from "./command.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** An AbortSignal that the process's signals abort, by the policy of the command. */
export function stopSignal(policy: SignalPolicy, stderr: Writable): AbortSignal {
  const stop = new AbortController();
  if (policy === "own") return stop.signal;
  // The program before us in a pipeline gets the same signal and may still print why it ends.
  let inputMayFinish = policy === "finish-input";
  const onSignal = (signal: NodeJS.Signals) => {
    if (inputMayFinish) {
      inputMayFinish = false;
      stderr.write(`dragonlog: ${signal}: reading the input to its end; once more stops now\n`);
    } else if (!stop.signal.aborted) {
      stop.abort();
    } else {
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return stop.signal;
}
