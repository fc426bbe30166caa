/** What may be set for CloudWatch, and the check that turns it into complete, valid settings. */
import { refuseValue } from "../../system/refusal.js";
import { refuseUnknown, wholeNumber } from "../options.js";

type LogClass = "STANDARD" | "INFREQUENT_ACCESS";

export interface CloudWatchOptions {
  /** Such as `eu-central-1`. Default: the AWS SDK's own chain, AWS_REGION and then the shared config file. */
  readonly region?: string;
  /**
   * An http or https URL in place of AWS's own. Default: the SDK's chain, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS among it.
   */
  readonly endpoint?: string;
  /** How long one request may take, and how long its socket may be silent. Default 30,000; 100 to 900,000. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may take to stand. Default 5,000; 100 to 900,000. */
  readonly connectionTimeoutMs?: number;
  /** Connections, and so requests in flight; more sends than that wait for one. Default 8; 1 to 256. */
  readonly maxSockets?: number;
  /** Creates a log group that is missing. Default true. Means nothing without `createStream`. */
  readonly createGroup?: boolean;
  /** Creates a log stream that is missing. Default true; false means that nothing is ever created. */
  readonly createStream?: boolean;
  /**
   * Retention of groups that this sink creates; a group that stands already keeps its own. Default: events never
   * expire.
   */
  readonly retentionDays?: number;
  /** Class of groups that this sink creates. AWS fixes it at creation. Default STANDARD. */
  readonly logClass?: LogClass;
}

export interface CloudWatchSettings {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly requestTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  readonly maxSockets: number;
  readonly createGroup: boolean;
  readonly createStream: boolean;
  readonly retentionDays: number | undefined;
  readonly logClass: LogClass;
}

/**
 * The day counts that AWS takes:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const LOG_CLASSES: readonly LogClass[] = ["STANDARD", "INFREQUENT_ACCESS"];

const NAMES: readonly (keyof CloudWatchOptions)[] = [
  "region",
  "endpoint",
  "requestTimeoutMs",
  "connectionTimeoutMs",
  "maxSockets",
  "createGroup",
  "createStream",
  "retentionDays",
  "logClass",
];

/** Throws DRAGONLOG_OPTION_UNKNOWN or DRAGONLOG_OPTION_INVALID, with the name of the option at fault. */
export function parseCloudWatchOptions(options: CloudWatchOptions): CloudWatchSettings {
  refuseUnknown("cloudwatch", options, NAMES);
  return {
    region: region(options.region),
    endpoint: endpoint(options.endpoint),
    requestTimeoutMs: wholeNumber("requestTimeoutMs", options.requestTimeoutMs ?? 30_000, 100, 900_000),
    connectionTimeoutMs: wholeNumber(
      "connectionTimeoutMs",
      options.connectionTimeoutMs ?? 5_000,
      100,
      900_000,
    ),
    maxSockets: wholeNumber("maxSockets", options.maxSockets ?? 8, 1, 256),
    createGroup: yesOrNo("createGroup", options.createGroup ?? true),
    createStream: yesOrNo("createStream", options.createStream ?? true),
    retentionDays: retentionDays(options.retentionDays),
    logClass: logClass(options.logClass ?? "STANDARD"),
  };
}

function region(value: string | undefined): string | undefined {
  if (value !== undefined && (typeof value !== "string" || !/^[a-z0-9-]{1,64}$/.test(value))) {
    throw refuseValue("region", value, "the name of an AWS region, such as eu-central-1");
  }
  return value;
}

function endpoint(value: string | undefined): string | undefined {
  if (value !== undefined && !/^https?:$/.test(protocolOf(value))) {
    throw refuseValue("endpoint", value, "an http or https URL, such as http://127.0.0.1:4566");
  }
  return value;
}

function protocolOf(url: unknown): string {
  return typeof url === "string" && URL.canParse(url) ? new URL(url).protocol : "";
}

function yesOrNo(name: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw refuseValue(name, value, "true or false");
  return value;
}

function retentionDays(value: number | undefined): number | undefined {
  if (value !== undefined && !RETENTION_DAYS.includes(value)) {
    throw refuseValue("retentionDays", value, `one of AWS's day counts: ${RETENTION_DAYS.join(", ")}`);
  }
  return value;
}

function logClass(value: LogClass): LogClass {
  if (!LOG_CLASSES.includes(value)) throw refuseValue("logClass", value, LOG_CLASSES.join(" or "));
  return value;
}
