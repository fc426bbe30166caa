/** For NestJS: a `LoggerService`. See docs/from-other-loggers.md. */
export type { AdapterOptions as NestOptions } from "./adapted-logger.js";
export { DragonlogLoggerService } from "./nestjs/logger-service.js";
