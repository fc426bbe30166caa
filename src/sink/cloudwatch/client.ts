/**
 * The AWS SDK, as far as the sink uses it: credentials, region, endpoint, signing and HTTP. The only file that
 * loads it, when a client is opened, so that an application which does not ship to CloudWatch need not install it.
 */
import type * as Sdk from "@aws-sdk/client-cloudwatch-logs";
import type { Destination } from "../../batch/batch.js";
import { DragonlogError } from "../../system/errors.js";
import type { ReadEvent, ReadQuery } from "../sink.js";
import type { CloudWatchSettings } from "./options.js";
import type { RejectedInfo } from "./rejected.js";

interface PutResult {
  readonly rejected: RejectedInfo | undefined;
  readonly requestId: string | undefined;
}

/** One page of FilterLogEvents; without a token it is the last. */
export interface EventPage {
  readonly events: readonly ReadEvent[];
  readonly nextToken: string | undefined;
}

/** Every call sends one request, without retries, and throws the SDK's error as it is. */
export interface CloudWatchClient {
  readonly region: string;
  /** Sends a finished PutLogEvents body. `body` must not change until the call has ended. */
  put(destination: Destination, body: Buffer, signal: AbortSignal): Promise<PutResult>;
  createStream(destination: Destination, signal: AbortSignal): Promise<void>;
  createGroup(group: string, signal: AbortSignal): Promise<void>;
  setRetention(group: string, days: number, signal: AbortSignal): Promise<void>;
  /** One page of the query's events, the first where `token` is undefined. */
  filter(query: ReadQuery, token: string | undefined, signal: AbortSignal): Promise<EventPage>;
  /** What is to be added to this machine's clock to get the service's, in ms; known after the first answer. */
  clockOffsetMs(): number;
  destroy(): void;
}

/** Throws DRAGONLOG_DEPENDENCY_MISSING without the SDK, DRAGONLOG_OPTION_INVALID without a region. */
export async function openClient(settings: CloudWatchSettings): Promise<CloudWatchClient> {
  const sdk = await loadSdk();
  const { region, endpoint, requestTimeoutMs, connectionTimeoutMs, maxSockets, logClass } = settings;
  const client = new sdk.CloudWatchLogsClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 1,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      // The request timeout ends with the head of the answer; this one covers an answer that stalls in its body.
      socketTimeout: requestTimeoutMs,
      // Waiting for a connection is ordinary here and bounded by the request timeout: no warning on the console.
      socketAcquisitionWarningTimeout: requestTimeoutMs + 1000,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
  });
  const regionInUse = await client.config.region().catch((cause: unknown) => {
    client.destroy();
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      "no AWS region is set",
      "Set --region (or region in dragonlog.json), or AWS_REGION, or a region in ~/.aws/config.",
      cause,
    );
  });

  return {
    region: regionInUse,
    async put({ group, stream }, body, signal) {
      const command = new sdk.PutLogEventsCommand({
        logGroupName: group,
        logStreamName: stream,
        logEvents: [],
      });
      command.middlewareStack.add(replaceBody(body), {
        step: "build",
        // Before the SDK measures the body for content-length, and before it signs.
        priority: "high",
        name: "dragonlogBody",
      });
      const output = await client.send(command, { abortSignal: signal });
      return { rejected: output.rejectedLogEventsInfo, requestId: output.$metadata.requestId };
    },
    async createStream({ group, stream }, signal) {
      const command = new sdk.CreateLogStreamCommand({ logGroupName: group, logStreamName: stream });
      await client.send(command, { abortSignal: signal });
    },
    async createGroup(group, signal) {
      const command = new sdk.CreateLogGroupCommand({ logGroupName: group, logGroupClass: logClass });
      await client.send(command, { abortSignal: signal });
    },
    async setRetention(group, days, signal) {
      const command = new sdk.PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: days });
      await client.send(command, { abortSignal: signal });
    },
    async filter({ group, stream, fromMs, toMs }, token, signal) {
      const command = new sdk.FilterLogEventsCommand({
        logGroupName: group,
        ...(stream !== undefined && { logStreamNames: [stream] }),
        // Both ends are in the range, and neither may lie before 1970.
        startTime: Math.max(0, Math.floor(fromMs)),
        endTime: Math.max(0, Math.floor(toMs)),
        ...(token !== undefined && { nextToken: token }),
      });
      const output = await client.send(command, { abortSignal: signal });
      const events = (output.events ?? []).map(({ logStreamName, timestamp, message }) => ({
        stream: logStreamName ?? "",
        timestamp: timestamp ?? 0,
        message: message ?? "",
      }));
      return { events, nextToken: output.nextToken };
    },
    clockOffsetMs: () => client.config.systemClockOffset,
    destroy: () => client.destroy(),
  };
}

async function loadSdk(): Promise<typeof Sdk> {
  // What the SDK thinks of this version of Node is for those who install it, not for every log of every run.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  try {
    return await import("@aws-sdk/client-cloudwatch-logs");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new DragonlogError(
      "DRAGONLOG_DEPENDENCY_MISSING",
      "shipping to CloudWatch needs the package @aws-sdk/client-cloudwatch-logs",
      "npm install @aws-sdk/client-cloudwatch-logs",
      error,
    );
  }
}

/** The SDK has serialised a put without events; its body is replaced before it is measured and signed. */
function replaceBody(body: Buffer) {
  return <Input extends object, Output extends object>(
    next: (args: { input: Input; request: unknown }) => Promise<{ response: unknown; output: Output }>,
  ) =>
    (args: { input: Input; request: unknown }) => {
      (args.request as { body: Buffer }).body = body;
      return next(args);
    };
}
