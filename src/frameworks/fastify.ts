/** For Fastify 5: a request id in every record, access records, errors. See docs/frameworks.md. */
export { type RequestLogOptions, requestLog } from "./fastify/plugin.js";
