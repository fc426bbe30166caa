/** A way to reach people: takes one message, once. Trying again is the outbox's work. */
import type { Message } from "./text.js";

export type ChannelName = "mail" | "webhook";

export interface Receipt {
  /** What the other side said to it. */
  readonly answer: string;
  /** What did not go as wished although the message was taken. */
  readonly warning?: string;
}

export interface Channel {
  readonly name: ChannelName;
  /** Where it leads, for people, without secrets. */
  readonly to: string;
  /** Connects and logs in as for a message, and sends none; undefined where only a message shows that. Rejects like `send`. */
  logIn?(signal: AbortSignal): Promise<void>;
  /** Resolves when the other side has taken the message; rejects with a ChannelFailure. Ends soon after an abort. */
  send(message: Message, signal: AbortSignal): Promise<Receipt>;
}

export type FailureKind =
  /** No name, no connection, or a broken one. */
  | "unreachable"
  /** No answer in time. */
  | "timeout"
  | "tls"
  | "authentication"
  /** An answer, and it was no. */
  | "refused";

/** What a person can do about it. */
export const FAILURE_HINTS: Readonly<Record<FailureKind, string>> = {
  unreachable: "Check the name and the port, and whether a firewall stands between.",
  timeout: "Something listens there and does not answer: check the port, and smtp:// against smtps://.",
  tls: "The certificate is not trusted or TLS is not spoken there. NODE_EXTRA_CA_CERTS=<file.pem> adds a private authority.",
  authentication: "Check the user and the password, percent-encoded as in every URL; for a webhook, the URL.",
  refused: "It was reached and said no: check the addresses, or the URL.",
};

/** Why a message was not taken. Its message is for people and holds no secret. */
export class ChannelFailure extends Error {
  override readonly name = "ChannelFailure";

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** Whether the same message would be refused again: it is then not tried for ever. */
    readonly permanent: boolean,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** What Node and OpenSSL call errors of certificates and handshakes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
export function isTlsCode(code: string): boolean {
  return /CERT|^ERR_(SSL|TLS)_|^CRL_|SIGNATURE|HOSTNAME_MISMATCH|^EPROTO$/.test(code);
}

const SHOWN_CHARACTERS_MAX = 300;

/** A foreign text without the given secrets, which servers may repeat, and not longer than anybody reads. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const redacted = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text.toWellFormed());
  return redacted.length > SHOWN_CHARACTERS_MAX
    ? `${redacted.slice(0, SHOWN_CHARACTERS_MAX).toWellFormed()}…`
    : redacted;
}
