export { type BunyanOptions, type BunyanStream, stream } from "./bunyan/stream.js";
