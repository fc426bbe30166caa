import assert from "node:assert/strict";
import { test } from "node:test";
import { type Call, classify, isMissingResource } from "./classify.js";

interface Shape {
  name?: string;
  code?: string;
  status?: number;
  skew?: boolean;
}

function errorOf({ name, code, status, skew }: Shape): Error {
  const error = new Error("told apart without this text");
  if (name !== undefined) error.name = name;
  return Object.assign(error, code !== undefined && { code }, {
    $metadata: { httpStatusCode: status, requestId: "r-1", ...(skew && { clockSkewCorrected: true }) },
  });
}

const TABLE: readonly (readonly [Shape, verdict: string, cause?: string])[] = [
  [{ name: "ThrottlingException", status: 400 }, "retry", "throttled"],
  [{ name: "RequestLimitExceeded", status: 503 }, "retry", "throttled"],
  [{ name: "OperationAbortedException", status: 400 }, "retry", "throttled"],
  [{ name: "Unknown", status: 429 }, "retry", "throttled"],

  [{ name: "ServiceUnavailableException", status: 503 }, "retry", "unavailable"],
  [{ name: "InternalFailure", status: 500 }, "retry", "unavailable"],
  [{ name: "Unknown", status: 502 }, "retry", "unavailable"],
  [{ name: "InvalidSequenceTokenException", status: 400 }, "retry", "unavailable"],
  [{ name: "ResourceNotFoundException", status: 400 }, "retry", "unavailable"],
  [{ name: "SyntaxError", status: 200 }, "retry", "unavailable"],
  [{ name: "NeverSeenException", status: 400 }, "retry", "unavailable"],
  [{ code: "HPE_INVALID_CONSTANT" }, "retry", "unavailable"],
  [{}, "retry", "unavailable"],

  [{ name: "TimeoutError" }, "retry", "timeout"],
  [{ name: "TimeoutError", code: "ETIMEDOUT" }, "retry", "timeout"],
  [{ name: "AbortError" }, "retry", "timeout"],
  [{ name: "Unknown", status: 408 }, "retry", "timeout"],

  [{ code: "ECONNREFUSED" }, "retry", "network"],
  [{ code: "ECONNRESET" }, "retry", "network"],
  [{ name: "TimeoutError", code: "ECONNRESET" }, "retry", "network"],
  [{ name: "TimeoutError", code: "EPIPE" }, "retry", "network"],
  [{ code: "ENOTFOUND" }, "retry", "network"],
  [{ code: "EAI_AGAIN" }, "retry", "network"],
  [{ code: "EHOSTUNREACH" }, "retry", "network"],
  [{ code: "CERT_HAS_EXPIRED" }, "retry", "network"],

  [{ name: "CredentialsProviderError" }, "retry", "credentials"],
  [{ name: "ExpiredTokenException", status: 400 }, "retry", "credentials"],
  [{ name: "UnrecognizedClientException", status: 400 }, "retry", "credentials"],
  [{ name: "InvalidSignatureException", status: 400 }, "retry", "credentials"],
  [{ name: "InvalidSignatureException", status: 400, skew: true }, "retry", "unavailable"],
  [{ name: "MissingAuthenticationTokenException", status: 403 }, "retry", "credentials"],
  [{ name: "Unknown", status: 401 }, "retry", "credentials"],

  [{ name: "AccessDeniedException", status: 400 }, "retry", "denied"],
  [{ name: "LimitExceededException", status: 400 }, "retry", "denied"],
  [{ name: "Unknown", status: 403 }, "retry", "denied"],

  [{ name: "InvalidParameterException", status: 400 }, "split", "data"],
  [{ name: "SerializationException", status: 400 }, "split", "data"],
  [{ name: "ValidationException", status: 400 }, "split", "data"],
  [{ name: "RequestEntityTooLargeException", status: 413 }, "split", "data"],
  [{ name: "Unknown", status: 413 }, "split", "data"],

  [{ name: "DataAlreadyAcceptedException", status: 400 }, "delivered"],
];

for (const [shape, verdict, cause] of TABLE) {
  test(`${JSON.stringify(shape)} is ${verdict} ${cause ?? ""}`, () => {
    const error = errorOf(shape);
    const expected = cause === undefined ? { verdict, refused: [] } : { verdict, cause, error };
    assert.deepEqual(classify(error, "put"), { ...expected, requestId: "r-1" });
  });
}

test("what is refused while creating a group is never the batch's fault", () => {
  for (const name of ["InvalidParameterException", "ValidationException"]) {
    const answer = classify(errorOf({ name, status: 400 }), "provision");
    assert.equal(answer.verdict, "retry");
    assert.equal(answer.verdict === "retry" && answer.cause, "denied");
  }
  assert.equal(classify(errorOf({ name: "DataAlreadyAcceptedException" }), "provision").verdict, "retry");
});

test("anything may be thrown", () => {
  for (const thrown of [undefined, null, "text", 7, {}]) {
    for (const call of ["put", "provision"] satisfies Call[]) {
      const answer = classify(thrown, call);
      assert.ok(
        answer.verdict === "retry" && answer.cause === "unavailable" && answer.error instanceof Error,
      );
    }
    assert.equal(isMissingResource(thrown), false);
  }
});
