/**
 * Alerts by mail. The only file that loads nodemailer, when the first mail is sent, so that who wants no mails need not
 * install it.
 *
 * Certificates are checked; a private certificate authority is trusted by the variable NODE_EXTRA_CA_CERTS, as
 * everywhere in Node. One connection a mail: they are rare.
 */
import type * as Nodemailer from "nodemailer";
import { DragonlogError, messageOf as textOf } from "../system/errors.js";
import {
  type Channel,
  ChannelFailure,
  type FailureKind,
  isTlsCode,
  type Receipt,
  withoutSecrets,
} from "./channel.js";
import type { MailServer } from "./mail-server.js";
import type { Message } from "./text.js";

export interface MailSettings {
  readonly server: MailServer;
  readonly from: string;
  readonly to: readonly string[];
  /** The machine, as it introduces itself to the server. */
  readonly host: string;
  /** For one mail, from the look-up of the name to the server's last answer. */
  readonly timeoutMs: number;
}

type Transport = ReturnType<typeof createTransport>;

/** What nodemailer adds to an error: https://nodemailer.com/smtp/ */
interface SmtpError extends NodeJS.ErrnoException {
  readonly responseCode?: number;
  /** The code of the socket or of TLS, which nodemailer replaces by its own. */
  readonly originalCode?: string;
}

export class Mail implements Channel {
  readonly name = "mail";
  readonly to: string;
  readonly #settings: MailSettings;
  readonly #transport: Transport;
  readonly #secrets: readonly string[];

  private constructor(settings: MailSettings, transport: Transport) {
    const { host, port, user = "", password = "" } = settings.server;
    this.#settings = settings;
    this.#transport = transport;
    this.to = `${settings.to.join(", ")} by ${host}:${port}`;
    // As it is, and as the two ways to log in send it.
    this.#secrets = [
      password,
      Buffer.from(password).toString("base64"),
      Buffer.from(`\0${user}\0${password}`).toString("base64"),
    ];
  }

  /** Throws DRAGONLOG_DEPENDENCY_MISSING without nodemailer. Connects to nothing. */
  static async open(settings: MailSettings): Promise<Mail> {
    return new Mail(settings, createTransport(await loadNodemailer(), settings));
  }

  async send({ subject, text, html }: Message, signal: AbortSignal): Promise<Receipt> {
    const { from, to } = this.#settings;
    const { response, rejected } = await this.#inTime(signal, (ended) =>
      this.#transport.sendMail({
        from,
        to: [...to],
        subject,
        text,
        html,
        // Nobody's holiday notice should answer: RFC 3834, 5.
        headers: { "Auto-Submitted": "auto-generated" },
        signal: ended,
      }),
    );
    const answer = withoutSecrets(response, this.#secrets);
    return rejected.length === 0 ? { answer } : { answer, warning: `refused for ${rejected.join(", ")}` };
  }

  async logIn(signal: AbortSignal): Promise<void> {
    await this.#inTime(signal, () => this.#transport.verify());
  }

  /** What the server is asked for, or a ChannelFailure. */
  async #inTime<T>(signal: AbortSignal, ask: (ended: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs } = this.#settings;
    const timeout = AbortSignal.timeout(timeoutMs);
    const ended = AbortSignal.any([signal, timeout]);
    try {
      return await Promise.race([ask(ended), rejectionBy(ended)]);
    } catch (error) {
      // Whose clock was first, nodemailer's or ours, is all the same.
      throw timeout.aborted || kindOf(error as SmtpError) === "timeout"
        ? new ChannelFailure("timeout", `no answer in ${timeoutMs} ms`, false, error)
        : this.#failureOf(error as SmtpError);
    }
  }

  #failureOf(error: SmtpError): ChannelFailure {
    const { responseCode: code = 0 } = error;
    // 5yz means: not this mail, not later (RFC 5321, 4.2.1); 503 is about the order of commands, not about the mail.
    const permanent = code >= 500 && code !== 503;
    return new ChannelFailure(kindOf(error), withoutSecrets(textOf(error), this.#secrets), permanent, error);
  }
}

function createTransport(nodemailer: typeof Nodemailer, { server, host, timeoutMs }: MailSettings) {
  const { user, password, tls } = server;
  return nodemailer.createTransport({
    host: server.host,
    port: server.port,
    name: host,
    secure: tls === "from-the-start",
    requireTLS: tls === "required",
    ignoreTLS: tls === "off",
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Older versions of nodemailer know no signal: their connection then ends by its own time-outs, and nobody waits for it. */
function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function kindOf({ code = "", responseCode = 0, originalCode = "" }: SmtpError): FailureKind {
  if (code === "EAUTH" || code === "ENOAUTH") return "authentication";
  // A refusal to begin TLS has an answer too.
  if (code === "ETLS" || isTlsCode(originalCode)) return "tls";
  if (responseCode >= 400) return "refused";
  return code === "ETIMEDOUT" ? "timeout" : "unreachable";
}

async function loadNodemailer(): Promise<typeof Nodemailer> {
  try {
    return await import("nodemailer");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new DragonlogError(
      "DRAGONLOG_DEPENDENCY_MISSING",
      "alerts by mail need the package nodemailer",
      "npm install nodemailer",
      error,
    );
  }
}
