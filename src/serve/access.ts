/**
 * Who may see, and who may change.
 *
 * - Without a token, all who reach the port, which then is on a loopback address. A page of somebody else, open in a browser of
 *   this machine, reaches it too: it may not ask for data, and it cannot come under a name of its own that it lets point here
 *   (DNS rebinding), for only names of this machine are answered to.
 * - With a token, who sends it, or has a session for it.
 * - Programs of the user who ships, by the key that stands in the shipper's report.
 *
 * What changes something must come from the page itself, for browsers send cookies along with whatever a foreign page makes
 * them send.
 */
import type { IncomingHttpHeaders } from "node:http";
import { Refused } from "./answers.js";
import { isSameSecret } from "./secrets.js";
import type { Sessions } from "./sessions.js";

const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"];
const JSON_TYPE = /^application\/json *(;|$)/i;

export type Visitor = "anyone" | "bearer" | "session";

export interface AccessOptions {
  /** Undefined where the port is on a loopback address and asks for none. */
  readonly token: string | undefined;
  /** Undefined without a token. */
  readonly sessions: Sessions | undefined;
  readonly key: string;
  /** The address that is listened on. */
  readonly host: string;
}

export class Access {
  readonly #options: AccessOptions;
  readonly #names: readonly string[];

  constructor(options: AccessOptions) {
    this.#options = options;
    const { host } = options;
    this.#names = [...LOCAL_NAMES, host.includes(":") ? `[${host}]` : host];
  }

  /** Throws unless it was asked for under a name that only this machine gives to this port. */
  requireOwnName({ host = "" }: IncomingHttpHeaders): void {
    if (this.#options.token !== undefined) {
      return;
    }
    if (!this.#names.includes(host.toLowerCase().replace(/:\d{1,5}$/, ""))) {
      throw denied(
        403,
        "this page is not served under that name",
        "Open it as http://127.0.0.1 or http://localhost with its port; under other names it takes a token (DRAGONLOG_TOKEN).",
      );
    }
  }

  /** Undefined for whoever has not shown that he may see. */
  visitor({ authorization = "" }: IncomingHttpHeaders, session: string | undefined): Visitor | undefined {
    const { token, key, sessions } = this.#options;
    const [, bearer] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (bearer !== undefined && [token, key].some((secret) => secret && isSameSecret(bearer, secret))) {
      return "bearer";
    }
    if (session !== undefined && sessions?.isValid(session)) {
      return "session";
    }
    return token === undefined ? "anyone" : undefined;
  }
}

/** Throws when a browser says that a page of somebody else asks. */
export function requireOwnPage(headers: IncomingHttpHeaders): void {
  const { host, origin, "sec-fetch-site": site } = headers;
  const foreignSite = site !== undefined && site !== "same-origin" && site !== "none";
  if (foreignSite || (origin !== undefined && hostOf(origin) !== host?.toLowerCase())) {
    throw denied(
      403,
      "another page may not ask for this",
      "Use the page itself. A proxy in front of it must pass the Host header on as it came.",
    );
  }
}

/** A form of another page cannot send JSON. */
export function requireJson({ "content-type": type = "" }: IncomingHttpHeaders): void {
  if (!JSON_TYPE.test(type)) {
    throw new Refused(
      415,
      "DRAGONLOG_REQUEST_INVALID",
      "the request must be JSON",
      "Send it with Content-Type: application/json.",
    );
  }
}

export function denied(status: 401 | 403, message: string, hint: string): Refused {
  return new Refused(status, "DRAGONLOG_ACCESS_DENIED", message, hint);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
