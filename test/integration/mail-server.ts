/** Real mail servers, of the kinds that a shipper meets; and the certificate that those which speak TLS show. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly overTls: boolean;
  readonly subject: string;
  readonly headers: string;
  readonly text: string;
  readonly html: string;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** For localhost and signed by itself; undefined where there is no openssl. */
export function makeCertificate(): Certificate | undefined {
  try {
    const args =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -keyout - -out - -addext";
    const pem = execFileSync("openssl", [...args.split(" "), "subjectAltName=DNS:localhost"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [key] = /-----BEGIN PRIVATE KEY[\s\S]*?END PRIVATE KEY-----/.exec(pem)!;
    const [cert] = /-----BEGIN CERTIFICATE[\s\S]*?END CERTIFICATE-----/.exec(pem)!;
    return { key, cert };
  } catch {
    return undefined;
  }
}

/** A server that takes mails, except as the options say. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  readonly #server: SMTPServer;
  #arrived: () => void = () => {};

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      disabledCommands: options.key ? [] : ["STARTTLS"],
      authOptional: true,
      allowInsecureAuth: true,
      // Names of the other side are looked up otherwise, which takes as long as it takes.
      disableReverseLookup: true,
      // What still hangs at the end of a test is cut.
      closeTimeout: 10,
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.mails.push({
            from: mailFrom ? mailFrom.address : "",
            to: rcptTo.map(({ address }) => address),
            user: session.user as string | undefined,
            overTls: session.secure,
            ...readMail(Buffer.concat(chunks).toString("latin1")),
          });
          callback(null);
          this.#arrived();
        });
      },
      ...options,
    });
    // A client that does not trust the certificate breaks the connection, which is what it should do.
    this.#server.on("error", () => {});
  }

  /** Closed when the test is over. */
  static async start(context: TestContext, options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
    const server = await MailServer.open(options, port);
    context.after(() => server.close());
    return server;
  }

  static async open(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
    const server = new MailServer(options);
    server.#server.listen(port, "127.0.0.1");
    await once(server.#server.server, "listening");
    return server;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** Resolves when so many mails have arrived. */
  async arrived(count: number): Promise<void> {
    while (this.mails.length < count) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}

/** A server that lets in whoever comes, and says nothing at all. Resolves with its port. */
export async function startSilentServer(context: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A port of this machine where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function readMail(raw: string): Pick<ReceivedMail, "subject" | "headers" | "text" | "html"> {
  const [headers, body] = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers)![1]!;
  const parts = body.split(`--${boundary}`).map(split);
  const part = (type: string) => {
    const [head, content] = parts.find(([partHead]) => partHead.includes(`Content-Type: ${type}`))!;
    return decode(head, content);
  };
  return {
    // A long header goes on in lines that begin with a space.
    subject: /^Subject: (.*)$/m.exec(headers.replace(/\r\n /g, " "))![1]!.trim(),
    headers,
    text: part("text/plain"),
    html: part("text/html"),
  };
}

function split(part: string): [head: string, content: string] {
  const at = part.indexOf("\r\n\r\n");
  return [part.slice(0, at), part.slice(at + 4)];
}

function decode(head: string, content: string): string {
  if (/base64/i.test(head)) return Buffer.from(content, "base64").toString();
  const bytes = /quoted-printable/i.test(head)
    ? content
        .replace(/=\r\n/g, "")
        .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : content;
  return Buffer.from(bytes, "latin1").toString().replaceAll("\r\n", "\n");
}
