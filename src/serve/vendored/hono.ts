/** What is used of Hono and its adapter for Node.js. scripts/bundle.mjs builds them into the package. */
export { getRequestListener, type HttpBindings } from "@hono/node-server";
export { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
export type { Context } from "hono";
export { bodyLimit } from "hono/body-limit";
export { deleteCookie, getCookie, setCookie } from "hono/cookie";
export { Hono } from "hono/tiny";
