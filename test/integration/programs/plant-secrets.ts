/**
 * An application that logs secrets of each kind in whatever way one may get into a log: by `dragonlog` itself, and by each logger and
 * framework that it works with. It ends when all of it is safe, and says on standard output, as JSON, what it planted where. Its
 * options are the variables of its environment.
 */
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { LoggerProvider } from "@opentelemetry/sdk-logs";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { pino } from "pino";
import { createLogger } from "winston";
import { stream } from "../../../src/adapters/bunyan.js";
import { takeOver } from "../../../src/adapters/console.js";
import { DragonlogLoggerService } from "../../../src/adapters/nestjs.js";
import { DragonlogLogRecordProcessor } from "../../../src/adapters/opentelemetry.js";
import { destination } from "../../../src/adapters/pino.js";
import { DragonlogTransport } from "../../../src/adapters/winston.js";
import { withContext } from "../../../src/context/with-context.js";
import * as expressLog from "../../../src/frameworks/express.js";
import * as fastifyLog from "../../../src/frameworks/fastify.js";
import * as honoLog from "../../../src/frameworks/hono.js";
import { DragonLogger } from "../../../src/index.js";
import type { RecordInput } from "../../../src/logger/types.js";
import { type PlantedSecret, secretsFor } from "../planted.js";

type Log = (text: string) => void;

/** bunyan brings no types; this is what is used of it. */
interface BunyanLogger extends Record<"info" | "warn", (...args: unknown[]) => void> {
  child(fields: object): BunyanLogger;
}
const bunyan = createRequire(import.meta.url)("bunyan") as { createLogger(options: object): BunyanLogger };

const MIB = 1 << 20;
/** More than half of the journal, which is shortened; and more than an event of the cloud takes, which is split. */
const SHORTENED_CHARS = 40 * MIB;
const SPLIT_CHARS = 1.2 * MIB;

const logger = new DragonLogger({ service: "shop", journalBytesMax: "64MiB" });
const failing = (text: string, cause?: unknown) => new Error(`failed: ${text}`, { cause });

/** Long, with the text again and again, so that it stands wherever it is cut. */
function long(text: string, chars: number): string {
  return `${text} ${"and so on, ".repeat(400)}`.repeat(chars / 4400);
}

const OWN: Readonly<Record<string, Log>> = {
  data: (text) => logger.info(text),
  "deep in data": (text) => logger.info({ a: [{ b: [[text]] }] }),
  metadata: (text) => logger.info("x", { a: { b: { c: { d: [text] } } } }),
  "an Error": (text) => logger.error(failing(text)),
  "an Error as metadata": (text) => logger.error("x", failing(text)),
  "a stack": (text) =>
    logger.error(Object.assign(new Error("x"), { stack: `Error: x\n    at ${text} (a.js:1:1)` })),
  "a cause": (text) => logger.error("x", { err: failing("x", failing("y", text)) }),
  "an AggregateError": (text) => logger.error(new AggregateError([failing(text), text], "several")),
  "a member of an Error": (text) => logger.error(Object.assign(new Error("x"), { config: { auth: text } })),
  "a query": (text) => logger.info(`GET https://host/a?q=${encodeURIComponent(text)}&r=1`),
  "a form": (text) => logger.info(new URLSearchParams({ q: text }).toString()),
  "a path and a fragment": (text) =>
    logger.info(new URL(`https://host/${encodeURIComponent(text)}#${encodeURIComponent(text)}`)),
  "a URL in a URL": (text) =>
    logger.info(`/login?to=${encodeURIComponent(`/a?q=${encodeURIComponent(text)}`)}`),
  "JSON in a text": (text) => logger.info(JSON.stringify({ a: JSON.stringify({ b: text }) })),
  "JSON as PHP writes it": (text) => logger.info(JSON.stringify({ a: text }).replaceAll("/", "\\/")),
  "an escaped character": (text) =>
    logger.info(
      JSON.stringify(text).replace(/\w(?=\W*$)/, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    ),
  "a Buffer": (text) => logger.info(Buffer.from(text), { bytes: new Uint8Array(Buffer.from(text)) }),
  "a Map and a Set": (text) => logger.info(new Map([["a", new Set([text])]])),
  "a key of a Map": (text) => logger.info("x", new Map([[text, 1]])),
  "a name of a member": (text) => logger.info({ [text]: { [text]: 1 } }, { [text]: 2 }),
  request_id: (text) => logger.log({ data: "x", request_id: text }),
  "a service": (text) => logger.log({ data: "x", service: text }),
  "a type": (text) => logger.log({ data: "x", type: text }),
  "another name of a record": (text) => logger.log({ data: "x", other: text } as RecordInput),
  "a child": (text) => logger.child({ bound: text, request_id: text, [text]: 1 }).info("x"),
  "a context": (text) => withContext({ request_id: text, user: { token: text } }, () => logger.info("x")),
  "what cannot be encoded": (text) =>
    logger.log(
      Object.defineProperty({}, "data", {
        get: () => {
          throw failing(text);
        },
      }) as RecordInput,
    ),
  "a dead letter": (text) => logger.info(`poison ${text}`),
};
/** With a secret of one kind each, for there is little room. */
const LARGE: Readonly<Record<string, Log>> = {
  "a record that is split": (text) => logger.info(long(text, SPLIT_CHARS)),
  "a record that is shortened": (text) => logger.info(long(text, SHORTENED_CHARS)),
};

const pinoLogger = pino(destination({ logger }));
const thread = pino.transport({
  target: fileURLToPath(new URL("../../../src/adapters/pino.js", import.meta.url)),
  options: { service: "shop-thread" },
});
const pinoInThread = pino(thread);
const winstonLogger = createLogger({ transports: [new DragonlogTransport({ logger })] });
const bunyanLogger = bunyan.createLogger({ name: "shop", streams: [stream({ logger })] });
const nest = new DragonlogLoggerService({ logger });
const telemetry = new LoggerProvider({ processors: [new DragonlogLogRecordProcessor({ logger })] }).getLogger(
  "shop",
);

const ADAPTERS: Readonly<Record<string, Log>> = {
  pino: (text) => {
    pinoLogger.info({ a: { b: text }, err: failing(text) }, text);
    pinoLogger.child({ bound: text }).warn("x");
  },
  "pino in a thread": (text) => pinoInThread.info({ a: { b: text }, err: failing(text) }, text),
  winston: (text) => {
    winstonLogger.info(text, { a: { b: text } });
    winstonLogger.error(failing(text));
  },
  bunyan: (text) => {
    bunyanLogger.info({ a: { b: text }, err: failing(text) }, text);
    bunyanLogger.child({ bound: text }).warn("x");
  },
  nestjs: (text) => {
    nest.log(text, text);
    nest.error(failing(text), failing(text).stack, text);
  },
  opentelemetry: (text) =>
    telemetry.emit({
      severityNumber: SeverityNumber.INFO,
      body: { a: text },
      attributes: { b: text, "exception.message": text },
    }),
  console: (text) => {
    const taken = takeOver({ logger, print: false });
    console.log("%s and %o", text, { a: { b: text } });
    console.error(failing(text, { token: text }));
    void taken.restore();
  },
};

/** Services that throw what they are asked with; each request has an access record, and its error a record too. */
async function openFrameworks(): Promise<Readonly<Record<string, Server>>> {
  const options = { logger, query: true };
  const inExpress = express();
  inExpress.use(expressLog.requestLog({ ...options, extra: (asked) => ({ headers: asked.headers }) }));
  inExpress.get("/fail/:text", (asked) => {
    throw failing(asked.params.text);
  });
  inExpress.use(expressLog.errorLog());
  inExpress.use(
    ((_error, _asked, answer, _next) => void answer.status(500).end()) as express.ErrorRequestHandler,
  );
  const inFastify = fastify();
  inFastify.register(fastifyLog.requestLog, { ...options, extra: (asked) => ({ headers: asked.headers }) });
  inFastify.get<{ Params: { text: string } }>("/fail/:text", async ({ params }) => {
    throw failing(params.text);
  });
  await inFastify.ready();
  const inHono = new Hono();
  inHono.use(honoLog.requestLog({ ...options, extra: (c) => ({ headers: c.req.header() }) }));
  inHono.get("/fail/:text", (c) => {
    throw failing(c.req.param("text"));
  });
  inHono.onError((_error, c) => c.text("", 500));
  return {
    express: createServer(inExpress),
    fastify: inFastify.server,
    hono: createServer(getRequestListener(inHono.fetch)),
  };
}

/** Asks with the text in the path, the query and headers, and for a page that there is not. */
async function ask(server: Server, text: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const inUrl = encodeURIComponent(text);
  const inHeader = JSON.stringify(text);
  for (const path of [`/fail/${inUrl}?q=${inUrl}`, `/none/${inUrl}`]) {
    const headers = { "x-request-id": inHeader, authorization: inHeader, cookie: `session=${inHeader}` };
    const asked = request({ port, host: "127.0.0.1", path, headers, agent: false }).end();
    const [answer] = await once(asked, "response");
    answer.resume();
    await once(answer, "end");
  }
}

const planted: PlantedSecret[] = [];
let seed = 1;
/** Secrets of their own for each place. */
function secretsIn(place: string): PlantedSecret[] {
  const secrets = secretsFor(place, seed++);
  planted.push(...secrets);
  return secrets;
}

for (const [place, log] of [...Object.entries(OWN), ...Object.entries(ADAPTERS)]) {
  for (const { text } of secretsIn(place)) log(text);
}
for (const [place, log] of Object.entries(LARGE)) {
  const secret = secretsFor(place, seed++).find(({ kind }) => kind === "session token")!;
  planted.push(secret);
  log(secret.text);
}
for (const [name, server] of Object.entries(await openFrameworks())) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  for (const { text } of secretsIn(name)) await ask(server, text);
  server.close();
}
// The thread does not keep this process alive.
const alive = setInterval(() => {}, 1000);
const closed = once(thread, "close");
thread.end();
await closed;
clearInterval(alive);
await logger.close();
process.stdout.write(JSON.stringify({ planted, stats: logger.stats() }));
