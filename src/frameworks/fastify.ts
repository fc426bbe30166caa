export { type RequestLogOptions, requestLog } from "./fastify/plugin.js";
