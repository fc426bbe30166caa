export { DragonlogTransport, type WinstonOptions } from "./winston/transport.js";
