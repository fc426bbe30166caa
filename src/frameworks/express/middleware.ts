/**
 * For Express 4 and 5, and what takes middleware of its shape.
 *
 *     app.use(requestLog({ logger }));
 *     … routes …
 *     app.use(errorLog());
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { withContext } from "../../context/with-context.js";
import type { RequestLogOptions as Options } from "../options.js";
import { addressOf, answerId, exchangeOf, RequestLog } from "../request-log.js";
import { expressRoute, type Routed } from "./route.js";

export type Next = (error?: unknown) => void;
/** What `requestLog` takes; `Args` are the request and the response. */
export type RequestLogOptions<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> = Options<[Request, Response]>;

interface Known extends Routed {
  readonly originalUrl?: string;
  readonly ip?: string;
}

/**
 * Middleware that gives each request an id, which every record logged below it has, and logs one access record when its response has
 * been sent or given up. Comes first, before what parses bodies. It never ends a request, nor throws into one.
 *
 * Throws `DRAGONLOG_OPTION_UNKNOWN` or `DRAGONLOG_OPTION_INVALID`.
 */
export function requestLog<Request extends IncomingMessage, Response extends ServerResponse>(
  options: RequestLogOptions<Request, Response>,
): (request: Request, response: Response, next: Next) => void {
  const log = new RequestLog(options);
  return (request, response, next) => {
    const known = request as Known;
    const url = known.originalUrl ?? request.url ?? "";
    const exchange = log.begin(request, request.method ?? "", url, request.headers[log.header]);
    if (exchange === undefined) {
      next();
      return;
    }
    answerId(response, log.header, exchange.id);
    log.endWith(
      exchange,
      response,
      () => routeOf(request),
      () => known.ip ?? addressOf(request),
      [request, response],
    );
    withContext({ request_id: exchange.id }, next);
  };
}

/**
 * Middleware that logs, once and with its stack, the error that a request ends in, and hands it on. Comes after the routes and before the
 * application's own error handlers. It needs a `requestLog` before it, and warns once where there is none.
 */
export function errorLog(): (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
) => void {
  let warned = false;
  return (error, request, _response, next) => {
    const exchange = exchangeOf(request);
    exchange?.fail(error, routeOf(request));
    if (exchange === undefined && !warned) {
      warned = true;
      process.emitWarning("errorLog() logs nothing without requestLog() before it", {
        type: "DragonlogWarning",
        code: "DRAGONLOG_USAGE",
      });
    }
    next(error);
  };
}

function routeOf(request: IncomingMessage): string | undefined {
  const known = request as Known;
  const url = known.originalUrl ?? request.url ?? "";
  try {
    return expressRoute(known, url.split("?", 1)[0]!);
  } catch {
    return undefined;
  }
}
