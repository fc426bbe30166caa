// Hono: each request has an id, which every record logged below it carries, and one access record says how it went.
// Run it after `npm install dragonlog hono @hono/node-server`. PORT chooses the port (default 3000).
// Try: curl -i http://127.0.0.1:3000/orders/7
import { setTimeout as wait } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { DragonLogger, withContext } from "dragonlog";
import { requestLog } from "dragonlog/hono";
import { Hono } from "hono";

const logger = new DragonLogger({ service: "hono-shop" });
const app = new Hono();

app.use(requestLog({ logger }));

app.get("/orders/:id", async (c) => c.json(await readOrder(c.req.param("id"))));
app.post("/orders", async (c) => {
  const { order } = await c.req.json();
  logger.info("order received", { order });
  return c.json(await readOrder(order), 201);
});
app.get("/broken", () => {
  throw new Error("this route is broken");
});
app.onError((_error, c) => c.json({ error: "try again later" }, 500));

// It takes neither a logger nor an id, and what it logs belongs to the request.
async function readOrder(order) {
  logger.info("order looked for", { order });
  await wait(1);
  return withContext({ customer: "c-1" }, () => {
    logger.info("order found", { order });
    return { order };
  });
}

const server = serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1" },
  ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
);

// For the requests that are open, not for the logs: nothing that was logged would be lost without this.
process.once("SIGTERM", () => {
  server.close(() => logger.close());
  server.closeIdleConnections();
});
