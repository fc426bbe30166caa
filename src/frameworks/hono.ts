export { type RequestLogOptions, requestLog } from "./hono/middleware.js";
