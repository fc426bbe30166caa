export type { AdapterOptions as OpenTelemetryOptions } from "./adapted-logger.js";
export {
  DragonlogLogRecordExporter,
  DragonlogLogRecordProcessor,
  type OtelLogRecord,
} from "./opentelemetry/exporter.js";
