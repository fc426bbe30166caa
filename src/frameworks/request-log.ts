/** What the ways into the frameworks have in common. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Exchange } from "./exchange.js";
import { type Parsed, parseRequestLog, type RequestLogOptions } from "./options.js";
import { givenId, newId } from "./request-id.js";
import { ResponseBytes } from "./response-bytes.js";

/** By the object that a request is known by: one that passes twice, or by two of them, is one request. */
const exchanges = new WeakMap<object, Exchange<never[]>>();

/** The request that is under way, if a `requestLog` has seen it. */
export function exchangeOf(request: object): Pick<Exchange<never[]>, "id" | "fail"> | undefined {
  return exchanges.get(request);
}

export class RequestLog<Args extends unknown[]> {
  /** In small letters. */
  readonly header: string;
  readonly #options: Parsed<Args>;

  /** Throws `DRAGONLOG_OPTION_UNKNOWN` or `DRAGONLOG_OPTION_INVALID`. */
  constructor(options: RequestLogOptions<Args>) {
    this.#options = parseRequestLog(options);
    this.header = this.#options.header;
  }

  /** A request has come. Undefined for one that was seen before. `url` is its path and query. Never throws. */
  begin(request: object, method: string, url: string, header: unknown): Exchange<Args> | undefined {
    if (exchanges.has(request)) {
      return undefined;
    }
    const exchange = new Exchange(givenId(header) ?? this.#madeId(), this.#options, method, url);
    exchanges.set(request, exchange as unknown as Exchange<never[]>);
    return exchange;
  }

  /** Ends it when its response has been sent, or the connection is gone. */
  endWith(
    exchange: Exchange<Args>,
    response: ServerResponse,
    routeOf: () => string | undefined,
    ipOf: () => string | undefined,
    args: Args,
  ): void {
    const bytes = new ResponseBytes(response);
    const end = (finished: boolean): void => {
      exchange.end(
        {
          status: finished || response.headersSent ? response.statusCode : undefined,
          route: orNothing(routeOf),
          bytes: orNothing(() => bytes.count(finished)),
          ip: this.#options.ip ? orNothing(ipOf) : undefined,
          aborted: !finished,
        },
        args,
      );
    };
    // Before Node's own listener, which hands the connection on to the response of a pipelined request.
    response.prependOnceListener("finish", () => end(true));
    response.once("close", () => end(false));
  }

  #madeId(): string {
    const { makeId } = this.#options;
    // What the application makes goes into a header too, so it has to be fit for one.
    return (makeId && givenId(orNothing(makeId))) ?? newId();
  }
}

/** Says it in the response, unless that has begun. */
export function answerId(response: ServerResponse, header: string, id: string): void {
  if (!response.headersSent) {
    response.setHeader(header, id);
  }
}

/** The address that a connection comes from. */
export function addressOf(request: IncomingMessage): string | undefined {
  return request.socket?.remoteAddress;
}

/** What a framework's or an application's own code says; undefined when it throws. */
export function orNothing<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
