// Fastify: each request has an id, which every record logged below it carries, and one access record says how it went.
// Run it after `npm install dragonlog fastify`. PORT chooses the port (default 3000). Try: curl -i http://127.0.0.1:3000/orders/7
import { setTimeout as wait } from "node:timers/promises";
import { DragonLogger, withContext } from "dragonlog";
import { requestLog } from "dragonlog/fastify";
import fastify from "fastify";

const logger = new DragonLogger({ service: "fastify-shop" });
const app = fastify();

app.register(requestLog, { logger });

app.get("/orders/:id", (request) => readOrder(request.params.id));
app.post("/orders", async (request, reply) => {
  logger.info("order received", { order: request.body.order });
  reply.status(201);
  return readOrder(request.body.order);
});
app.get("/broken", async () => {
  throw new Error("this route is broken");
});

// It takes neither a logger nor an id, and what it logs belongs to the request.
async function readOrder(order) {
  logger.info("order looked for", { order });
  await wait(1);
  return withContext({ customer: "c-1" }, () => {
    logger.info("order found", { order });
    return { order };
  });
}

await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
console.log(`listening on http://127.0.0.1:${app.server.address().port}`);

// For the requests that are open, not for the logs: nothing that was logged would be lost without this.
process.once("SIGTERM", async () => {
  await app.close();
  await logger.close();
});
