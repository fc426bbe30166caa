/** An answer that AWS gives instead of a result: HTTP status, `__type` and message, as on the wire. */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }

  /** The JSON body. AWS spells the member `Message` in this one error and `message` in the others. */
  body(): Record<string, string> {
    const member = this.type === "AccessDeniedException" ? "Message" : "message";
    return { __type: this.type, [member]: this.message };
  }
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

export function serialization(message: string): AwsError {
  return new AwsError("SerializationException", message);
}

export function missing(what: "log group" | "log stream"): AwsError {
  return new AwsError("ResourceNotFoundException", `The specified ${what} does not exist.`);
}

export function exists(what: "log group" | "log stream"): AwsError {
  return new AwsError("ResourceAlreadyExistsException", `The specified ${what} already exists`);
}

export function throttled(): AwsError {
  return new AwsError("ThrottlingException", "Rate exceeded");
}

/** A 5xx answer, under the name that AWS gives to its status. */
export function unavailable(status: number): AwsError {
  return status === 503
    ? new AwsError("ServiceUnavailableException", "The service cannot complete the request.", status)
    : new AwsError(
        "InternalFailure",
        "The request processing has failed because of an unknown error.",
        status,
      );
}

export function denied(operation: string): AwsError {
  return new AwsError(
    "AccessDeniedException",
    `User: arn:aws:iam::123456789012:user/fake is not authorized to perform: logs:${operation} ` +
      `because no identity-based policy allows the logs:${operation} action`,
  );
}

/** What AWS says of credentials that it does not take, by the name of the error. */
export const credentialErrors = {
  UnrecognizedClientException: "The security token included in the request is invalid.",
  InvalidSignatureException:
    "The request signature we calculated does not match the signature you provided. " +
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  ExpiredTokenException: "The security token included in the request is expired",
} as const;

/** The names that AWS gives to credentials it does not take. */
export type CredentialError = keyof typeof credentialErrors;
