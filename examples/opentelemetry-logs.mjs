// An application that logs by OpenTelemetry: its records go into the journal, and are there when the call returns.
//   node examples/opentelemetry-logs.mjs [orders] [book]      default: 3 orders, into orders.txt
import { openSync, writeSync } from "node:fs";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { LoggerProvider } from "@opentelemetry/sdk-logs";
import { DragonlogLogRecordProcessor } from "dragonlog/opentelemetry";

const orders = Number(process.argv[2] ?? 3);
const book = openSync(process.argv[3] ?? "orders.txt", "w");
const provider = new LoggerProvider({ processors: [new DragonlogLogRecordProcessor({ service: "shop" })] });
const logger = provider.getLogger("orders");

let taken = 0;
function turn() {
  for (let i = 0; i < 20 && taken < orders; i++) {
    logger.emit({
      severityNumber: SeverityNumber.INFO,
      body: "order taken",
      attributes: { request_id: `r-${taken}`, order: taken },
    });
    // Only now may others rely on it: the record outlives this process.
    writeSync(book, `${taken++}\n`);
  }
  if (taken < orders) setImmediate(turn);
}
turn();
