// An application that prints with console: its lines become records of the journal, and are there when the call returns.
//   node examples/console.mjs [orders] [book]      default: 3 orders, into orders.txt
import { openSync, writeSync } from "node:fs";
import { withContext } from "dragonlog";
import { takeOver } from "dragonlog/console";

const orders = Number(process.argv[2] ?? 3);
const book = openSync(process.argv[3] ?? "orders.txt", "w");
// With print: true, the default, what is logged is printed as before, too.
takeOver({ service: "shop", print: false });

let taken = 0;
function turn() {
  for (let i = 0; i < 20 && taken < orders; i++) {
    withContext({ request_id: `r-${taken}`, component: "orders" }, () =>
      console.log("order %d %s", taken, "taken"),
    );
    // Only now may others rely on it: the record outlives this process.
    writeSync(book, `${taken++}\n`);
  }
  if (taken < orders) setImmediate(turn);
}
turn();
