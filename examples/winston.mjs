// An application that logs with winston: its records go into the journal, and are there when the call returns.
//   node examples/winston.mjs [orders] [book]      default: 3 orders, into orders.txt
import { openSync, writeSync } from "node:fs";
import { DragonlogTransport } from "dragonlog/winston";
import { createLogger, format } from "winston";

const orders = Number(process.argv[2] ?? 3);
const book = openSync(process.argv[3] ?? "orders.txt", "w");
const logger = createLogger({
  level: "debug",
  format: format.combine(format.errors({ stack: true }), format.splat()),
  defaultMeta: { component: "orders" },
  transports: [new DragonlogTransport({ service: "shop" })],
});

let taken = 0;
function turn() {
  for (let i = 0; i < 20 && taken < orders; i++) {
    logger.info("order %s", "taken", { request_id: `r-${taken}`, order: taken });
    // Only now may others rely on it: the record outlives this process.
    writeSync(book, `${taken++}\n`);
  }
  if (taken < orders) setImmediate(turn);
}
turn();
