/**
 * Loaded before a program with `--import`, it counts the calls of each of its loggers that have returned, in the file that
 * RETURNED_PATH names, so that a test knows the number after the program was killed.
 */
import { DragonLogger } from "dragonlog";
import { ReturnedCalls } from "../../harness/returned-calls.js";

const returned = new ReturnedCalls(process.env.RETURNED_PATH!);
let calls = 0;

for (const name of ["log", "trace", "debug", "info", "warn", "error", "fatal"] as const) {
  const call = DragonLogger.prototype[name] as (...args: unknown[]) => void;
  DragonLogger.prototype[name] = function (this: DragonLogger, ...args: unknown[]) {
    call.apply(this, args);
    returned.count = ++calls;
  };
}
