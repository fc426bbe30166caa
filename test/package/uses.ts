/**
 * For each export of the package, a program's part that logs one record with the service of its name through it. `load` is
 * import() or require(), `own` what a module of another package is by itself.
 */
export const USES: Readonly<Record<string, string>> = {
  ".": `
    const { DragonLogger } = await load("dragonlog");
    new DragonLogger({ service: "." }).info("logged");`,
  "./bunyan": `
    const { stream } = await load("dragonlog/bunyan");
    const bunyan = own(await load("bunyan"));
    bunyan.createLogger({ name: "b", streams: [stream({ service: "./bunyan" })] }).info("logged");`,
  "./console": `
    const { takeOver } = await load("dragonlog/console");
    const taken = takeOver({ service: "./console", print: false });
    console.log("logged");
    await taken.restore();`,
  "./express": `
    const { DragonLogger } = await load("dragonlog");
    const { requestLog } = await load("dragonlog/express");
    const express = own(await load("express"));
    const logger = new DragonLogger({ service: "./express" });
    const app = express();
    app.use(requestLog({ logger }));
    app.get("/", (_request, response) => response.send("ok"));
    const server = app.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    await (await fetch("http://127.0.0.1:" + server.address().port, { headers: { connection: "close" } })).text();
    await new Promise((resolve) => server.close(resolve));`,
  "./fastify": `
    const { DragonLogger } = await load("dragonlog");
    const { requestLog } = await load("dragonlog/fastify");
    const app = own(await load("fastify"))();
    app.register(requestLog, { logger: new DragonLogger({ service: "./fastify" }) });
    app.get("/", async () => "ok");
    await app.inject("/");
    await app.close();`,
  "./hono": `
    const { DragonLogger } = await load("dragonlog");
    const { requestLog } = await load("dragonlog/hono");
    const { Hono } = await load("hono");
    const app = new Hono();
    app.use(requestLog({ logger: new DragonLogger({ service: "./hono" }) }));
    app.get("/", (context) => context.text("ok"));
    await (await app.request("/")).text();`,
  "./lambda": `
    const { DragonLogger } = await load("dragonlog");
    const { withDelivery } = await load("dragonlog/lambda");
    const logger = new DragonLogger({ service: "./lambda" });
    await withDelivery(async () => logger.info("logged"), { logger })({});`,
  "./nestjs": `
    const { DragonlogLoggerService } = await load("dragonlog/nestjs");
    new DragonlogLoggerService({ service: "./nestjs" }).log("logged");`,
  "./opentelemetry": `
    const { DragonlogLogRecordProcessor } = await load("dragonlog/opentelemetry");
    const { LoggerProvider } = await load("@opentelemetry/sdk-logs");
    const processors = [new DragonlogLogRecordProcessor({ service: "./opentelemetry" })];
    new LoggerProvider({ processors }).getLogger("l").emit({ severityNumber: 9, body: "logged" });`,
  "./pino": `
    const { destination } = await load("dragonlog/pino");
    const pino = own(await load("pino"));
    pino({}, destination({ service: "./pino" })).info("logged");
    const transport = pino.transport({ target: "dragonlog/pino", options: { service: "./pino transport" } });
    pino(transport).info("logged");
    await new Promise((resolve) => transport.on("close", resolve).end());`,
  "./testing": `
    const { DragonLogger } = await load("dragonlog");
    const { FakeCloudWatch } = await load("dragonlog/testing");
    const cloud = await FakeCloudWatch.start();
    new DragonLogger({ service: "./testing" }).info(cloud.url);
    await cloud.stop();`,
  "./winston": `
    const { DragonlogTransport } = await load("dragonlog/winston");
    const { createLogger } = own(await load("winston"));
    createLogger({ transports: [new DragonlogTransport({ service: "./winston" })] }).info("logged");`,
};

/** What the parts need beside dragonlog. */
export const PEERS = [
  "@nestjs/common",
  "@opentelemetry/api",
  "@opentelemetry/api-logs",
  "@opentelemetry/sdk-logs",
  "bunyan",
  "express",
  "fastify",
  "hono",
  "pino",
  "reflect-metadata",
  "rxjs",
  "winston",
];

/** All parts, one after another, as an ES module or as CommonJS. */
export const PROGRAMS = {
  "imported.mjs": program("const load = (name) => import(name);\nconst own = (module) => module.default;"),
  "required.cjs": program("const load = (name) => require(name);\nconst own = (module) => module;"),
};

function program(start: string): string {
  const parts = Object.values(USES).map((use) => `  {${use}\n  }`);
  return `${start}
(async () => {
  // A thread of pino's does not keep a process.
  const alive = setInterval(() => {}, 60_000);
${parts.join("\n")}
  clearInterval(alive);
})();
`;
}

/** Each export of the package that is code. */
export function codeExports(manifest: { exports: Record<string, unknown> }): string[] {
  return Object.keys(manifest.exports).filter((name) => name !== "./package.json");
}
