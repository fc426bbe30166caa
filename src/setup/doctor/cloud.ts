/**
 * CloudWatch Logs, looked at through the sink that ships there: region, credentials, a trial write, the clock, and with
 * `exactlyOnce: "verify"` a trial read. Each look has its time; a service that hangs is a finding.
 */
import type { Batch } from "../../batch/batch.js";
import type { ParsedOptions } from "../../config/options.js";
import { type ExaminedCloudWatch, examineCloudWatch } from "../../sink/cloudwatch/cloudwatch.js";
import type { Answer, FailureCause } from "../../sink/sink.js";
import { DragonlogError } from "../../system/errors.js";
import { formatSpan } from "../../system/figures.js";
import { type Check, errorText, failed, inTime, ok, warning } from "./check.js";
import { trialBatch } from "./trial-batch.js";

/** The SDK asks the machine's metadata service too, which may not answer. */
const CREDENTIALS_MS = 10_000;
/** What a person waits for gladly; `requestTimeout` may be longer. */
const REQUEST_MS_MAX = 10_000;
/** A first write may create a group and a stream: several requests, one after another. */
const LOOK_MS = 20_000;

/** Signatures are refused beyond 5 minutes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html */
const SKEW_FAILED_MS = 240_000;
const SKEW_WARNING_MS = 60_000;

type Options = ParsedOptions<"doctor">;

const ADVICE: Readonly<Record<Exclude<FailureCause, "denied">, string>> = {
  credentials: "Renew the credentials, or set others; the AWS SDK's own chain finds them, as everywhere.",
  network: "Check the endpoint, the region, DNS, and whether a firewall or proxy stands between.",
  timeout:
    "Something is there and does not answer in time: check the endpoint, and firewalls that swallow packets.",
  throttled: "Too many requests are made in this account and region; records wait until there are fewer.",
  unavailable: "The service has a fault of its own; records wait until it is over.",
  data: "Report this: the trial record is one that CloudWatch has to take.",
};

export async function checkCloud(options: Options, signal: AbortSignal): Promise<Check[]> {
  let batch: Batch;
  let cloud: ExaminedCloudWatch;
  try {
    batch = trialBatch(options.group, options.stream, Date.now());
    cloud = await examineCloudWatch(settingsOf(options));
  } catch (error) {
    if (error instanceof DragonlogError) return [failed("cloudwatch", error.message, error.hint)];
    throw error;
  }
  try {
    const place = ok(
      "cloudwatch",
      `region ${cloud.region}${options.endpoint ? `, at ${options.endpoint}` : ""}`,
    );
    const credentials = await checkCredentials(cloud, signal);
    if (credentials.state === "failed") return [place, credentials];
    const write = await checkWrite(cloud, batch, signal);
    const read =
      options.exactlyOnce === "verify" && write.state !== "failed"
        ? [await checkRead(cloud, batch, signal)]
        : [];
    return [place, credentials, write, ...read, ...checkClock(cloud.dateOffsetMs())];
  } finally {
    await cloud.sink.close();
  }
}

function settingsOf({ region, endpoint, retentionDays, logClass, requestTimeout }: Options) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
    logClass,
    requestTimeoutMs: Math.min(requestTimeout, REQUEST_MS_MAX),
  };
}

async function checkCredentials(cloud: ExaminedCloudWatch, signal: AbortSignal): Promise<Check> {
  const none = (why: string): Check =>
    failed(
      "credentials",
      `none found: ${why}`,
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role.",
    );
  const look = () =>
    cloud.credentialSource().then(
      (source) => ok("credentials", `from ${source}`),
      (error) => none(errorText(error)),
    );
  return inTime(CREDENTIALS_MS, signal, look, () =>
    none(`the AWS SDK still looks for them after ${formatSpan(CREDENTIALS_MS)}`),
  );
}

async function checkWrite({ sink }: ExaminedCloudWatch, batch: Batch, signal: AbortSignal): Promise<Check> {
  const { group, stream } = batch.destination;
  const late = (): Check => failed("write", `no end after ${formatSpan(LOOK_MS)}`, ADVICE.timeout);
  const look = async (ended: AbortSignal): Promise<Check> => {
    const answer = await sink.send(batch, ended);
    if (answer.verdict !== "delivered") return refusal(answer, group);
    const [refused] = answer.refused;
    return refused === undefined
      ? ok(
          "write",
          `one event is in the stream ${stream} of the group ${group}; what was missing was created`,
        )
      : failed("write", `the trial event was refused: ${refused.detail}`, "Set this machine's clock.");
  };
  return inTime(LOOK_MS, signal, look, late);
}

function refusal({ cause, error }: Exclude<Answer, { verdict: "delivered" }>, group: string): Check {
  const message = `${cause}: ${errorText(error)}`;
  if (error instanceof DragonlogError) return failed("write", message, error.hint);
  if (cause !== "denied") return failed("write", message, ADVICE[cause]);
  return failed("write", message, permissionAdvice(error, group));
}

/** AWS names the action that it denies in its message, and nowhere else. */
function permissionAdvice(error: unknown, group: string): string {
  const action = /\blogs:[A-Za-z]+/.exec(errorText(error))?.[0] ?? "what `dragonlog ship` needs";
  return `Allow ${action} on the group ${group}; \`dragonlog init\` writes the smallest policy that works.`;
}

async function checkRead({ sink }: ExaminedCloudWatch, batch: Batch, signal: AbortSignal): Promise<Check> {
  const { group, stream } = batch.destination;
  const { timestamp } = batch.items[0]!;
  const look = async (ended: AbortSignal): Promise<Check> => {
    try {
      // One page is enough to see that it is allowed; the event itself may show seconds later.
      for await (const _ of sink.readBack!.read({ group, stream, fromMs: timestamp, toMs: timestamp }, ended))
        break;
      return ok("read", "what is stored can be looked up, as exactlyOnce needs");
    } catch (error) {
      return failed("read", errorText(error), permissionAdvice(error, group));
    }
  };
  return inTime(LOOK_MS, signal, look, () =>
    failed("read", `no end after ${formatSpan(LOOK_MS)}`, ADVICE.timeout),
  );
}

function checkClock(offsetMs: number | undefined): Check[] {
  if (offsetMs === undefined) return [];
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const text = `this clock is ${seconds} s ${offsetMs > 0 ? "behind" : "ahead of"} that of the service`;
  const advice =
    "Set this machine's clock, and keep it set by NTP: AWS refuses what is signed more than 5 minutes off.";
  if (Math.abs(offsetMs) > SKEW_FAILED_MS) return [failed("clock", text, advice)];
  return Math.abs(offsetMs) > SKEW_WARNING_MS
    ? [warning("clock", text, advice)]
    : [ok("clock", "agrees with that of the service")];
}
