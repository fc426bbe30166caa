/**
 * The AWS SDK, as far as the sink uses it: credentials, region, endpoint, signing and HTTP. The only file that
 * loads it, when a client is opened, so that an application which does not ship to CloudWatch need not install it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { createRequire } from "node:module";
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
  /**
   * Sends a finished PutLogEvents body. `body` must not change until `onWritten`, which tells that the system has taken it
   * whole. It is not called where that did not come about.
   */
  put(destination: Destination, body: Buffer, signal: AbortSignal, onWritten: () => void): Promise<PutResult>;
  createStream(destination: Destination, signal: AbortSignal): Promise<void>;
  createGroup(group: string, signal: AbortSignal): Promise<void>;
  setRetention(group: string, days: number, signal: AbortSignal): Promise<void>;
  /** One page of the query's events, the first where `token` is undefined. */
  filter(query: ReadQuery, token: string | undefined, signal: AbortSignal): Promise<EventPage>;
  /** What is to be added to this machine's clock to get the service's, in ms; known after the first answer. */
  clockOffsetMs(): number;
  destroy(): void;
}

/** A client that also says what it works with, for whoever looks for what is wrong. */
export interface ExaminedClient extends CloudWatchClient {
  /** Where the credentials come from, in the SDK's words, such as `env vars`. Rejects when there are none. */
  credentialSource(): Promise<string>;
  /** By how much the clock of the last answer was ahead of this machine's, in ms; to the second. Undefined before one. */
  dateOffsetMs(): number | undefined;
}

/** Throws DRAGONLOG_DEPENDENCY_MISSING without the SDK, DRAGONLOG_OPTION_INVALID without a region. */
export async function openClient(settings: CloudWatchSettings): Promise<ExaminedClient> {
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

  subscribe(REQUEST_CHANNEL, tellWhenWritten);
  let dateOffsetMs: number | undefined;
  client.middlewareStack.add(
    readDate((date) => {
      dateOffsetMs = date - Date.now();
    }),
    // Beneath what makes an error of an answer: an answer of any kind has a date.
    { step: "deserialize", priority: "low", name: "dragonlogDate" },
  );

  return {
    region: regionInUse,
    async put({ group, stream }, body, signal, onWritten) {
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
      const output = await putInProgress.run(onWritten, () => client.send(command, { abortSignal: signal }));
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
    async credentialSource() {
      const { $source } = (await client.config.credentials()) as { $source?: Record<string, string> };
      return sourceText(Object.keys($source ?? {}));
    },
    dateOffsetMs: () => dateOffsetMs,
    destroy: () => {
      unsubscribe(REQUEST_CHANNEL, tellWhenWritten);
      client.destroy();
    },
  };
}

/** `CREDENTIALS_ENV_VARS` is `env vars`; of a chain, such as a profile that assumes a role, all its links. */
function sourceText(features: readonly string[]): string {
  const links = features.map((feature) =>
    feature
      .replace(/^CREDENTIALS_/, "")
      .replaceAll("_", " ")
      .toLowerCase(),
  );
  return links.length === 0 ? "a source that the SDK does not name" : links.join(", ");
}

/** Throws `DRAGONLOG_DEPENDENCY_MISSING` where the AWS SDK is not installed. */
export async function loadSdk(): Promise<typeof Sdk> {
  // What the SDK thinks of this version of Node is for those who install it, not for every log of every run.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  try {
    // Not imported: its files are CommonJS, and `import` parses each once more for its names, which takes as long again.
    return createRequire(import.meta.url)("@aws-sdk/client-cloudwatch-logs") as typeof Sdk;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new DragonlogError(
      "DRAGONLOG_DEPENDENCY_MISSING",
      "shipping to CloudWatch needs the package @aws-sdk/client-cloudwatch-logs",
      "npm install @aws-sdk/client-cloudwatch-logs",
      error,
    );
  }
}

/** Node.js tells here of each request when it has its body. */
const REQUEST_CHANNEL = "http.client.request.start";
/** What distinguishes a put from the other requests that come of one, such as those for credentials. */
const PUT_TARGET = "Logs_20140328.PutLogEvents";
const putInProgress = new AsyncLocalStorage<() => void>();

function tellWhenWritten(message: unknown): void {
  const onWritten = putInProgress.getStore();
  const { request } = message as { request: ClientRequest };
  if (onWritten !== undefined && request.getHeader("x-amz-target") === PUT_TARGET) {
    request.once("finish", onWritten);
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

/** Calls back with the Date header of every answer, in ms since 1970-01-01 UTC. */
function readDate(seen: (dateMs: number) => void) {
  return <Args, Result extends { response: unknown }>(next: (args: Args) => Promise<Result>) =>
    async (args: Args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      const dateMs = Date.parse(headers?.date ?? "");
      if (!Number.isNaN(dateMs)) seen(dateMs);
      return result;
    };
}
