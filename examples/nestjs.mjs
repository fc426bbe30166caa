// An application of NestJS: what it and Nest itself log goes into the journal, and is there when the call returns.
//   node examples/nestjs.mjs [orders] [book]      default: 3 orders, into orders.txt
import { openSync, writeSync } from "node:fs";
import "reflect-metadata";
import { Logger, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { withContext } from "dragonlog";
import { DragonlogLoggerService } from "dragonlog/nestjs";

const orders = Number(process.argv[2] ?? 3);
const book = openSync(process.argv[3] ?? "orders.txt", "w");
class AppModule {}
Module({})(AppModule);

await NestFactory.createApplicationContext(AppModule, {
  logger: new DragonlogLoggerService({ service: "shop" }),
});
const log = new Logger("orders");

let taken = 0;
function turn() {
  for (let i = 0; i < 20 && taken < orders; i++) {
    withContext({ request_id: `r-${taken}` }, () => log.log(`order ${taken} taken`));
    // Only now may others rely on it: the record outlives this process.
    writeSync(book, `${taken++}\n`);
  }
  if (taken < orders) setImmediate(turn);
}
turn();
