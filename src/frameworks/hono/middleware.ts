/**
 * For Hono 4 on Node.js.
 *
 *     app.use(requestLog({ logger }));
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import { withContext } from "../../context/with-context.js";
import type { Exchange } from "../exchange.js";
import type { RequestLogOptions as Options } from "../options.js";
import { addressOf, answerId, orNothing, RequestLog } from "../request-log.js";

/** What `requestLog` takes; `Args` is Hono's context. */
export type RequestLogOptions = Options<[Context]>;

/** What `@hono/node-server` hands on; nothing in `app.request()`. */
interface NodeBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
}

/**
 * Middleware that gives each request an id, which every record logged below it has, and logs one access record when its response has
 * been sent or given up, and the error, with its stack, that it ends in. Comes first. It never throws into a request.
 *
 * Without `@hono/node-server`, as in `app.request()`, the access record is logged when the response is there, before it is sent.
 *
 * Throws `DRAGONLOG_OPTION_UNKNOWN` or `DRAGONLOG_OPTION_INVALID`.
 */
export function requestLog(options: RequestLogOptions): MiddlewareHandler {
  const log = new RequestLog(options);
  return async (c, next) => {
    const { url, method } = c.req;
    const { incoming, outgoing } = (c.env ?? {}) as NodeBindings;
    // By way of the server: to ask Hono for headers has it make them, and to add one to its answer has it make that anew.
    const header = incoming === undefined ? c.req.header(log.header) : incoming.headers[log.header];
    const exchange = log.begin(c, method, pathAndQuery(url), header);
    if (exchange === undefined) {
      return next();
    }
    if (outgoing !== undefined) {
      answerId(outgoing, log.header, exchange.id);
      const ipOf = (): string | undefined => incoming && addressOf(incoming);
      log.endWith(exchange, outgoing, () => routeOf(c), ipOf, [c]);
    }
    try {
      await withContext({ request_id: exchange.id }, next);
    } catch (error) {
      // Only what is no Error comes here: Hono answers the others, and keeps them.
      exchange.fail(
        error,
        orNothing(() => routeOf(c)),
      );
      if (outgoing === undefined) {
        endNow(exchange, c, 500);
      }
      throw error;
    }
    if (c.error !== undefined) {
      exchange.fail(
        c.error,
        orNothing(() => routeOf(c)),
      );
    }
    if (outgoing === undefined) {
      c.header(log.header, exchange.id);
      endNow(exchange, c, c.res.status);
    }
  };
}

function endNow(exchange: Exchange<[Context]>, c: Context, status: number): void {
  const length = c.finalized ? c.res.headers.get("content-length") : null;
  const bytes = length === null ? undefined : Number(length);
  exchange.end({ status, route: orNothing(() => routeOf(c)), bytes, ip: undefined, aborted: false }, [c]);
}

/** Without the scheme and the host. */
function pathAndQuery(url: string): string {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  return path < 0 ? "/" : url.slice(path);
}

/** The pattern of the handler that was called last; undefined for middleware that stands for everything, where nothing else matched. */
function routeOf(c: Context): string | undefined {
  const { matchedRoutes, routeIndex } = c.req;
  const found = matchedRoutes[routeIndex];
  return found === undefined || (found.method === "ALL" && found.path.endsWith("*")) ? undefined : found.path;
}
