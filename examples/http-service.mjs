// An HTTP service: one child logger a request, so that every record of it carries the request's id.
// PORT chooses the port (default 3000), HOST the address (default 127.0.0.1). Try: curl http://127.0.0.1:3000/orders/7
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { DragonLogger } from "dragonlog";

const logger = new DragonLogger({ service: "http-service" });

const server = createServer((request, response) => {
  const log = logger.child({ request_id: randomUUID() });
  log.info("request received", { method: request.method, path: request.url });
  response.on("close", () => log.info("request answered", { status: response.statusCode }));
  response.end("ok\n");
});

server.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1", () => {
  logger.info("listening", server.address());
  console.log(`listening on http://${server.address().address}:${server.address().port}`);
});

// For the requests that are open, not for the logs: nothing that was logged would be lost without this.
process.once("SIGTERM", () => {
  server.close(() => logger.close());
  server.closeIdleConnections();
});
