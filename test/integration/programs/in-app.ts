/**
 * An application that ships by itself. Its orders come line by line on its standard input, as JSON, and each is
 * answered by a line on its standard output, so that the test knows what has happened.
 */
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { DragonLogger } from "../../../src/index.js";
import type { LoggerOptions } from "../../../src/logger/types.js";

export type Order =
  /** Opens a logger under the name. */
  | { readonly open: string; readonly options: Omit<LoggerOptions, "service" | "onTrouble"> }
  | { readonly log: string; readonly count: number; readonly from: number }
  | { readonly flush: string }
  | { readonly close: string }
  /** Flushes and closes without waiting for one before the other. */
  | { readonly flushAndClose: string }
  /** Keeps the thread from doing anything else until the file is there. */
  | { readonly block: string }
  | { readonly exit: number }
  /** Ends by an error that nobody catches. */
  | { readonly fail: string }
  /** No more orders: the program has nothing left to do. */
  | { readonly end: true };

const loggers = new Map<string, DragonLogger>();
const orders = createInterface({ input: process.stdin });

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function obey(order: Order): Promise<void> {
  if ("open" in order) {
    const onTrouble: LoggerOptions["onTrouble"] = ({ code, message, hint }) =>
      say({ trouble: { code, message, hint } });
    loggers.set(order.open, new DragonLogger({ service: order.open, ...order.options, onTrouble }));
  } else if ("log" in order) {
    for (let n = order.from; n < order.from + order.count; n++)
      loggers.get(order.log)!.info("a record", { n });
  } else if ("flush" in order) {
    await loggers.get(order.flush)!.flush();
  } else if ("close" in order) {
    await loggers.get(order.close)!.close();
  } else if ("flushAndClose" in order) {
    const logger = loggers.get(order.flushAndClose)!;
    await Promise.all([logger.flush(), logger.close()]);
  } else if ("block" in order) {
    while (!existsSync(order.block));
  } else if ("fail" in order) {
    throw new Error(order.fail);
  } else if ("exit" in order) {
    process.exit(order.exit);
  } else {
    orders.close();
    process.stdin.destroy();
  }
}

for await (const line of orders) {
  await obey(JSON.parse(line));
  say({ done: line });
}
