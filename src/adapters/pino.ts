/** For pino: a destination, and the target of a transport. See docs/from-other-loggers.md. */
export { destination, type PinoDestination } from "./pino/destination.js";
export type { PinoOptions } from "./pino/options.js";
export { transport as default } from "./pino/transport.js";
