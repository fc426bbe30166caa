/** For Hono 4: a request id in every record, access records, errors. See docs/frameworks.md. */
export { type RequestLogOptions, requestLog } from "./hono/middleware.js";
