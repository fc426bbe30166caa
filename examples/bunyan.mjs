// An application that logs with bunyan: its records go into the journal, and are there when the call returns.
//   node examples/bunyan.mjs [orders] [book]      default: 3 orders, into orders.txt
import { openSync, writeSync } from "node:fs";
import bunyan from "bunyan";
import { stream } from "dragonlog/bunyan";

const orders = Number(process.argv[2] ?? 3);
const book = openSync(process.argv[3] ?? "orders.txt", "w");
const logger = bunyan.createLogger({ name: "shop", streams: [stream({ service: "shop" })] });
const log = logger.child({ component: "orders" });

let taken = 0;
function turn() {
  for (let i = 0; i < 20 && taken < orders; i++) {
    log.info({ req_id: `r-${taken}`, order: taken }, "order taken");
    // Only now may others rely on it: the record outlives this process.
    writeSync(book, `${taken++}\n`);
  }
  if (taken < orders) setImmediate(turn);
}
turn();
