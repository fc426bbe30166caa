// Express: each request has an id, which every record logged below it carries, and one access record says how it went.
// Run it after `npm install dragonlog express`. PORT chooses the port (default 3000). Try: curl -i http://127.0.0.1:3000/orders/7
import { setTimeout as wait } from "node:timers/promises";
import { DragonLogger, withContext } from "dragonlog";
import { errorLog, requestLog } from "dragonlog/express";
import express from "express";

const logger = new DragonLogger({ service: "express-shop" });
const app = express();

app.use(requestLog({ logger }));
app.use(express.json());

app.get("/orders/:id", async (request, response) => {
  const order = await readOrder(request.params.id);
  response.json(order);
});
app.post("/orders", async (request, response) => {
  logger.info("order received", { order: request.body.order });
  response.status(201).json(await readOrder(request.body.order));
});
app.get("/broken", () => {
  throw new Error("this route is broken");
});

app.use(errorLog());
app.use((_error, _request, response, _next) => response.status(500).json({ error: "try again later" }));

// It takes neither a logger nor an id, and what it logs belongs to the request.
async function readOrder(order) {
  logger.info("order looked for", { order });
  await wait(1);
  return withContext({ customer: "c-1" }, () => {
    logger.info("order found", { order });
    return { order };
  });
}

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

// For the requests that are open, not for the logs: nothing that was logged would be lost without this.
process.once("SIGTERM", () => {
  server.close(() => logger.close());
  server.closeIdleConnections();
});
