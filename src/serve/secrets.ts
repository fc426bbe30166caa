import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const COMPARE_KEY = randomBytes(32);

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** Takes as long whatever they have in common, their lengths included. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hmac(COMPARE_KEY, a), hmac(COMPARE_KEY, b));
}

/** For a header. */
export function randomSecret(): string {
  return randomBytes(24).toString("base64url");
}
