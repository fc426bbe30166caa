/**
 * The HTTP side: AWS JSON 1.1 on POST /, the controls under /_fake/, and the faults that concern the connection.
 *
 * A call goes: target, signature, body, faults (latency, then refusals or a broken connection), service, answer. Every
 * answer but a cut or hanging one carries AWS's headers.
 */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { DragonlogError, messageOf } from "../system/errors.js";
import { AwsError } from "./aws-error.js";
import { readJson } from "./body.js";
import { type FaultPlan, refusalOf, servedFault } from "./faults.js";
import { operationOf, putOperation, type Service } from "./service.js";
import { signedRegion } from "./signature.js";

/** Longer than any client keeps an idle connection, so that reuse never races with the server closing it. */
const keepAliveMs = 300_000;

export interface HttpServerOptions {
  readonly service: Service;
  readonly faults: FaultPlan;
  readonly latencyMs: number;
  /** Serves a request under /_fake/. */
  readonly control: (message: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Called whenever what the stand-in has seen may have changed. */
  readonly changed: () => void;
}

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #stopping = new AbortController();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    // Every answer that is held back listens on it; ten of them are no leak.
    setMaxListeners(0, this.#stopping.signal);
    this.#server = createServer({ keepAliveTimeout: keepAliveMs, noDelay: true }, (message, response) => {
      void this.#serve(message, response);
    });
  }

  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) => reject(listenError(error, host, port)));
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** Cuts every connection, those that hang among them. */
  close(): Promise<void> {
    this.#stopping.abort();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (message.url?.startsWith("/_fake/")) await this.#options.control(message, response);
      else await this.#answer(message, response);
    } catch (error) {
      // The client went away in the middle of its request, or the server is stopping.
      if (message.destroyed || this.#stopping.signal.aborted) return;
      send(response, 500, { __type: "InternalFailure", message: messageOf(error) });
    } finally {
      this.#options.changed();
    }
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { stats } = this.#options.service;
    let served = () => {};
    try {
      const operation = operationOf(header(message, "x-amz-target"));
      stats.called(operation);
      if (operation === putOperation) {
        served = this.#putStarted(response);
      }
      const body = await this.#carryOut(operation, message, response);
      if (body !== undefined) send(response, 200, body);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      stats.refused(error.type);
      send(response, error.status, error.body());
    } finally {
      served();
    }
  }

  /** Counts a put as open until its connection is done with it, and it has been carried out: to be told by the call. */
  #putStarted(response: ServerResponse): () => void {
    const { service, changed } = this.#options;
    let open = 2;
    const end = () => {
      open--;
      if (open > 0) return;
      service.stats.putEnded();
      changed();
    };
    service.stats.putStarted();
    response.once("close", end);
    changed();
    return end;
  }

  /** The answer's body; undefined when a fault says that there is none. */
  async #carryOut(
    operation: string,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<object | undefined> {
    const { service, faults, latencyMs: baseLatencyMs } = this.#options;
    const region = signedRegion(message.headers.authorization);
    const request = await readJson(message);
    const { latencyMs, fault } = faults.take(operation, request);
    const waitMs = baseLatencyMs + latencyMs;
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#stopping.signal });

    const refusal = refusalOf(fault, operation);
    if (refusal !== undefined) throw refusal;
    const kind = fault?.kind;
    const served = servedFault(fault);
    if (served?.kind === "skewed-date") {
      response.setHeader("Date", new Date(Date.now() + served.ms).toUTCString());
    }
    const storedBefore = service.stats.eventsStored;
    const answer =
      kind === "cut" || kind === "hang" ? undefined : service.call(operation, request, region, served);
    const answers = kind === undefined || served !== undefined;
    if (!answers || message.socket.destroyed) {
      service.stats.answerLost(service.stats.eventsStored - storedBefore);
    }
    if (answers) return answer;
    service.stats.unanswered(kind);
    if (kind === "cut" || kind === "store-then-cut") message.socket.destroy();
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "Content-Type": "application/x-amz-json-1.1",
    "Content-Length": bytes.length,
    "x-amzn-RequestId": randomUUID(),
  });
  response.end(bytes);
}

function header(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new DragonlogError(
    "DRAGONLOG_PORT_IN_USE",
    `Something listens on ${host}:${port} already`,
    "Choose another port, or 0 for any free one.",
    error,
  );
}
