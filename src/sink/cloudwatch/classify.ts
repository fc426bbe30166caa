/**
 * What an error of the AWS SDK means for the batch, in one pure function. Errors are told apart by code, name and
 * HTTP status, never by their message.
 *
 * Two things about the SDK matter here. It renames a broken connection (ECONNRESET, EPIPE) to "TimeoutError", so the
 * code is asked before the name. And throttling comes as HTTP 400 and is not among the errors that the model of
 * PutLogEvents lists, so the name is asked before the status.
 */
import type { Answer, FailureCause } from "../sink.js";

/**
 * `put` carries the batch; `provision` creates what it needs, so whatever is refused there is not the batch's fault.
 */
export type Call = "put" | "provision";

const CAUSE_BY_CODE = causes({
  timeout: ["ETIMEDOUT", "ESOCKETTIMEDOUT"],
  network: [
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EPIPE",
    "EPROTO",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EAI_FAIL",
    "EHOSTUNREACH",
    "EHOSTDOWN",
    "ENETUNREACH",
    "ENETDOWN",
    "EADDRNOTAVAIL",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
  ],
});

/**
 * The modelled errors of PutLogEvents, CreateLogStream, CreateLogGroup and PutRetentionPolicy, and AWS's common ones:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
 */
const CAUSE_BY_NAME = causes({
  timeout: ["TimeoutError", "AbortError"],
  throttled: [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "OperationAbortedException",
  ],
  unavailable: [
    "ServiceUnavailableException",
    "ServiceUnavailable",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "InvalidSequenceTokenException",
    "ResourceNotFoundException",
  ],
  credentials: [
    "CredentialsProviderError",
    "TokenProviderError",
    "ExpiredTokenException",
    "ExpiredToken",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignatureException",
    "IncompleteSignature",
    "MissingAuthenticationTokenException",
    "MissingAuthenticationToken",
    "RequestExpired",
  ],
  denied: [
    "AccessDeniedException",
    "AccessDenied",
    "NotAuthorized",
    "OptInRequired",
    "InvalidOperationException",
    "LimitExceededException",
  ],
  data: [
    "InvalidParameterException",
    "InvalidParameterValue",
    "ValidationException",
    "ValidationError",
    "SerializationException",
    "RequestEntityTooLargeException",
    "RequestEntityTooLarge",
  ],
});

const CAUSE_BY_STATUS: ReadonlyMap<number, FailureCause> = new Map([
  [401, "credentials"],
  [403, "denied"],
  [407, "denied"],
  [408, "timeout"],
  [413, "data"],
  [429, "throttled"],
]);

/** The parts of an SDK error that count here; any of them may be missing, for anything may be thrown. */
interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly clockSkewCorrected?: boolean;
  };
}

export function isMissingResource(thrown: unknown): boolean {
  return (thrown as SdkError | undefined)?.name === "ResourceNotFoundException";
}

/**
 * An error that is not known counts as "unavailable": the batch waits and people are told, because turning healthy
 * records into dead letters would be worse than waiting.
 */
export function classify(thrown: unknown, call: Call): Answer {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, $metadata } = error as SdkError;
  const requestId = $metadata?.requestId;
  const context = requestId === undefined ? { error } : { error, requestId };
  if (call === "put" && name === "DataAlreadyAcceptedException") {
    return requestId === undefined
      ? { verdict: "delivered", refused: [] }
      : { verdict: "delivered", refused: [], requestId };
  }
  const cause = causeOf(error);
  if (cause !== "data") return { verdict: "retry", cause, ...context };
  return call === "put"
    ? { verdict: "split", cause, ...context }
    : { verdict: "retry", cause: "denied", ...context };
}

function causeOf({ name, code, $metadata }: SdkError): FailureCause {
  // The machine's clock was off, and the SDK has set its own right by the answer: the next try is signed correctly.
  if ($metadata?.clockSkewCorrected) return "unavailable";
  return (
    CAUSE_BY_CODE.get(code) ??
    CAUSE_BY_NAME.get(name) ??
    CAUSE_BY_STATUS.get($metadata?.httpStatusCode ?? 0) ??
    "unavailable"
  );
}

function causes(lists: Partial<Record<FailureCause, readonly string[]>>): ReadonlyMap<unknown, FailureCause> {
  const entries = Object.entries(lists) as [FailureCause, readonly string[]][];
  return new Map(entries.flatMap(([cause, keys]) => keys.map((key) => [key, cause] as const)));
}
