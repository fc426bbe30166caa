/** For bunyan: a stream that writes to the journal. See docs/from-other-loggers.md. */
export { type BunyanOptions, type BunyanStream, stream } from "./bunyan/stream.js";
