export { DragonLogger, type LoggerOptions, type LoggerStats, type RecordInput } from "./logger/logger.js";
export type { Level } from "./record/types.js";
export { DragonlogError, type ErrorCode } from "./system/errors.js";
