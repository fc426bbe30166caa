/** The logger, what a request gives to every record below it, and the one class of errors. */
export { currentContext, type LogContext, withContext } from "./context/with-context.js";
export { DragonLogger } from "./logger/logger.js";
export type { LoggerOptions, LoggerStats, RecordInput } from "./logger/types.js";
export type { Level } from "./record/types.js";
export { DragonlogError, type ErrorCode } from "./system/errors.js";
