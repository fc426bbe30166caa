/**
 * Who has shown the token once need not do so again for a while. A session is a text that only who knows the token can make,
 * so that it outlives the shipper, holds for its successor too, and ends with a new token:
 *
 *     <when it expires>.<random>.<HMAC of both, under a key that is made of the token>
 */
import { randomId } from "../system/random.js";
import { hmac, isSameSecret } from "./secrets.js";

export const SESSION_MS = 12 * 3_600_000;
/** Of those that were logged out of; beyond, the first are forgotten. */
const ENDED_MAX = 10_000;
const SESSION = /^([0-9a-z]{1,11})\.([0-9a-z]{20})\.([\w-]{43})$/;

export class Sessions {
  readonly #key: Buffer;
  readonly #ended = new Set<string>();

  constructor(
    token: string,
    readonly now: () => number,
  ) {
    this.#key = hmac(token, "dragonlog session");
  }

  begin(): string {
    const what = `${(this.now() + SESSION_MS).toString(36)}.${randomId(20)}`;
    return `${what}.${this.#sign(what)}`;
  }

  isValid(session: string): boolean {
    const [, expires, random, signature] = SESSION.exec(session) ?? [];
    if (expires === undefined || !isSameSecret(signature!, this.#sign(`${expires}.${random}`))) {
      return false;
    }
    const leftMs = Number.parseInt(expires, 36) - this.now();
    // Nor one of a time when the clock stood far ahead.
    return leftMs > 0 && leftMs <= SESSION_MS && !this.#ended.has(session);
  }

  end(session: string): void {
    if (!this.isValid(session)) {
      return;
    }
    this.#ended.add(session);
    if (this.#ended.size > ENDED_MAX) {
      const [first] = this.#ended;
      this.#ended.delete(first!);
    }
  }

  #sign(what: string): string {
    return hmac(this.#key, what).toString("base64url");
  }
}
