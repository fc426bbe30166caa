/** For winston: a transport. See docs/from-other-loggers.md. */
export { DragonlogTransport, type WinstonOptions } from "./winston/transport.js";
