/** The demo's service: a plain HTTP server that logs three records a request. Told where by its environment. */
import { createServer } from "node:http";
import { DragonLogger } from "../logger/logger.js";
import { TallySheet } from "./tally-sheet.js";

/** What the service says when it listens. */
export interface ServiceReady {
  readonly port: number;
  readonly writer: string;
}

const sheet = new TallySheet(process.env.DEMO_SHEET!);
const logger = new DragonLogger({ service: "demo-shop", journalDir: process.env.DEMO_JOURNAL_DIR! });
let requests = 0;

const server = createServer((request, response) => {
  const requestId = `r-${process.pid}-${++requests}`;
  const log = logger.child({ request_id: requestId });
  // One call at a time on the sheet: it must never count a call that has not returned.
  timed(() => log.info("request received", { method: request.method, path: request.url }));
  const total = ((requests * 7919) % 10_000) / 100;
  timed(() => log.info(`order ${requests} priced`, { total, currency: "EUR", items: (requests % 5) + 1 }));
  response.end(`${total}\n`);
  timed(() => log.info("request answered", { status: 200, bytes: 6 }));
});

function timed(call: () => void): void {
  const start = process.hrtime.bigint();
  call();
  const nanoseconds = Number(process.hrtime.bigint() - start);
  sheet.add(nanoseconds);
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const ready: ServiceReady = {
    port: typeof address === "object" && address !== null ? address.port : 0,
    writer: logger.stats().writer,
  };
  process.send?.(ready);
});

process.on("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void logger.close().then(() => process.exit(0));
});
