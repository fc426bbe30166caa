/** For OpenTelemetry's SDK of logs: an exporter, and a processor. See docs/from-other-loggers.md. */
export type { AdapterOptions as OpenTelemetryOptions } from "./adapted-logger.js";
export {
  DragonlogLogRecordExporter,
  DragonlogLogRecordProcessor,
  type OtelLogRecord,
} from "./opentelemetry/exporter.js";
