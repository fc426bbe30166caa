/** From a request to its answer: who may ask, and which route answers. */
import type { RequestListener } from "node:http";
import { type Live, openLive } from "../live/live.js";
import { denied, requireJson, requireOwnPage } from "./access.js";
import { errorAnswer, notFound, Refused } from "./answers.js";
import { letterRoutes } from "./letters/routes.js";
import { loginRoutes, sessionOf } from "./login.js";
import { recordRoutes } from "./records.js";
import type { Route, ServeContext, ServeEnv } from "./route.js";
import type { Serving } from "./serving.js";
import { stateRoutes } from "./state.js";
import { StaticFiles } from "./static-files.js";
import { bodyLimit, getRequestListener, Hono } from "./vendored/hono.js";

const WEB = new URL("../../web/", import.meta.url);
const BODY_BYTES_MAX = 65_536;

export function createApp(serving: Serving): RequestListener {
  const app = new Hono<ServeEnv>();
  const live = openLiveOf(serving);
  const routes = [
    ...loginRoutes(serving),
    ...stateRoutes(serving),
    ...recordRoutes(serving, live),
    ...letterRoutes(serving),
  ];
  const openPaths = new Set(routes.filter(({ open }) => open).map(({ path }) => path));
  app.use(async (context, next) => {
    const isOpen = openPaths.has(context.req.path);
    return admit(context, serving, isOpen) ?? (await next());
  });
  app.use(bodyLimit({ maxSize: BODY_BYTES_MAX, onError: () => refuse(tooLarge()) }));
  for (const { method, path, handle } of routes) {
    app.on(method, path, handle);
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, (context) => refuseMethod(context, methodsOf(path, routes)));
  }
  const files = new StaticFiles(WEB);
  app.get("*", (context) => sendFile(context, files));
  app.all("*", (context) => {
    const isFile = files.find(context.req.path) !== undefined;
    return isFile ? refuseMethod(context, ["GET", "HEAD"]) : refuse(notFound("there is nothing here"));
  });
  app.onError((thrown, context) => {
    const { status, body, unexpected } = errorAnswer(thrown);
    if (unexpected) {
      serving.shown.say(`the page: ${context.req.path}: ${thrown.message}`);
    }
    return context.json(body, status, status === 401 ? { "WWW-Authenticate": "Bearer" } : {});
  });
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

/** Costs nothing until somebody looks. */
function openLiveOf({ shown: { options, open }, closing }: Serving): Live {
  const { buffer, list = [] } = options;
  const live = openLive({ buffer, lists: list, recent: open.vitals.recent });
  closing.addEventListener("abort", () => live.close());
  return live;
}

/** Throws for, or answers, whoever may not go on. */
function admit(context: ServeContext, serving: Serving, isOpen: boolean): Response | undefined {
  const { access, shown } = serving;
  const { headers } = context.env.incoming;
  const { path, method } = context.req;
  const isApi = path.startsWith("/api/");
  access.requireOwnName(headers);
  if (isApi || path === "/metrics" || method === "POST") {
    requireOwnPage(headers);
  }
  const visitor = access.visitor(headers, sessionOf(context, serving));
  if (visitor === undefined && !isOpen) {
    return isApi || !headers.accept?.includes("text/html")
      ? refuse(
          denied(
            401,
            "the token is missing, or another one",
            "Send it as Authorization: Bearer, or log in at /login.",
          ),
        )
      : context.redirect("/login", 303);
  }
  context.set("visitor", visitor);
  if (isApi && method === "POST") {
    requireJson(headers);
    if (shown.options.readOnly) {
      throw new Refused(
        403,
        "DRAGONLOG_READ_ONLY",
        "this page changes nothing",
        "Its shipper was started with --read-only; `dragonlog dead` changes dead letters on its machine.",
      );
    }
  }
  return undefined;
}

function sendFile(context: ServeContext, files: StaticFiles): Response {
  const file = files.find(context.req.path, context.req.header("accept-encoding"));
  if (file === undefined) {
    throw notFound("there is nothing here");
  }
  const { headers, body } = file;
  return context.req.header("if-none-match") === headers.ETag
    ? context.body(null, 304, headers)
    : context.body(new Uint8Array(body), 200, headers);
}

function methodsOf(path: string, routes: readonly Route[]): string[] {
  return routes
    .filter((route) => route.path === path)
    .flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}

function refuseMethod(context: ServeContext, methods: readonly string[]): never {
  context.header("Allow", methods.join(", "));
  return refuse(
    new Refused(
      405,
      "DRAGONLOG_REQUEST_INVALID",
      `${context.req.method} is not for this address`,
      `It takes ${methods.join(", ")}.`,
    ),
  );
}

function tooLarge(): Refused {
  return new Refused(
    413,
    "DRAGONLOG_REQUEST_INVALID",
    "the request is too large",
    "Name fewer keys at once, or a reason or a service.",
  );
}

function refuse(refused: Refused): never {
  throw refused;
}
