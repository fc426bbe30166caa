/**
 * Reads the SigV4 header of a request. The signature itself is not verified: the stand-in knows no secrets. That a
 * request carries one, for this service, is.
 */
import { AwsError } from "./aws-error.js";

const headerPattern =
  /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/(\d{8})\/([^/\s]+)\/([^/\s]+)\/aws4_request, ?SignedHeaders=[^,\s]+, ?Signature=[0-9a-f]{64}$/;

/** The region that a request is signed for. Throws what AWS answers to an unsigned or wrongly scoped one. */
export function signedRegion(authorization: string | undefined): string {
  if (authorization === undefined || !authorization.startsWith("AWS4-HMAC-SHA256")) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const match = headerPattern.exec(authorization);
  if (match === null) {
    throw new AwsError(
      "IncompleteSignatureException",
      "The Authorization header is not a whole SigV4 signature.",
    );
  }
  const [, , , region, service] = match;
  if (service !== "logs") {
    throw new AwsError(
      "InvalidSignatureException",
      "Credential should be scoped to correct service: 'logs'.",
    );
  }
  return region!;
}
