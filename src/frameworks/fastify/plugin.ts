/**
 * For Fastify 5.
 *
 *     app.register(requestLog, { logger });
 */
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import { currentContext, withContext } from "../../context/with-context.js";
import type { RequestLogOptions as Options } from "../options.js";
import { exchangeOf, RequestLog } from "../request-log.js";

/** What `requestLog` takes; `Args` are the request and the reply. */
export type RequestLogOptions = Options<[FastifyRequest, FastifyReply]>;

/** What `register` itself takes among the options of a plugin. */
const OF_REGISTER = ["prefix", "logLevel", "logSerializers"];

/**
 * A plugin that gives each request an id, which every record logged below it has, and logs one access record when its response has
 * been sent or given up, and the error, with its stack, that it ends in. It is for all routes of the instance that it is
 * registered with, as what `fastify-plugin` makes is.
 *
 * Registering it fails with `DRAGONLOG_OPTION_UNKNOWN` or `DRAGONLOG_OPTION_INVALID`.
 */
export const requestLog: FastifyPluginCallback<RequestLogOptions> = Object.assign(
  register as FastifyPluginCallback<RequestLogOptions>,
  {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "dragonlog",
    [Symbol.for("plugin-meta")]: { name: "dragonlog", fastify: "5.x" },
  },
);

function register(
  app: Parameters<FastifyPluginCallback>[0],
  options: RequestLogOptions,
  done: (error?: Error) => void,
): void {
  let log: RequestLog<[FastifyRequest, FastifyReply]>;
  try {
    const own = Object.entries(options).filter(([name]) => !OF_REGISTER.includes(name));
    log = new RequestLog(Object.fromEntries(own) as unknown as RequestLogOptions);
  } catch (error) {
    done(error as Error);
    return;
  }
  app.addHook("onRequest", (request, reply, next) => {
    const { raw } = request;
    const exchange = log.begin(raw, request.method, request.originalUrl, request.headers[log.header]);
    if (exchange === undefined) {
      next();
      return;
    }
    reply.header(log.header, exchange.id);
    log.endWith(
      exchange,
      reply.raw,
      () => request.routeOptions.url,
      () => request.ip,
      [request, reply],
    );
    withContext({ request_id: exchange.id }, next);
  });
  // A hook before it may have gone on from a callback of a pool, which belongs to whoever made the pool.
  app.addHook("preValidation", (request, _reply, next) => {
    const id = exchangeOf(request.raw)?.id;
    if (id === undefined || currentContext()?.request_id === id) {
      next();
    } else {
      withContext({ request_id: id }, next);
    }
  });
  app.addHook("onError", (request, _reply, error, next) => {
    exchangeOf(request.raw)?.fail(error, request.routeOptions.url);
    next();
  });
  done();
}
