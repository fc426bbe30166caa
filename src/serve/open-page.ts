/**
 * Serves the page of a shipper, see api.ts.
 *
 * Until somebody asks, there is a port that is listened on and nothing else: what answers is loaded with the first request.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import type { OpenPage, Shown } from "../ship/page.js";
import { readReports } from "../ship/report.js";
import { systemClock } from "../system/clock.js";
import { messageOf } from "../system/errors.js";
import { Access } from "./access.js";
import { secure } from "./headers.js";
import { Listening } from "./listening.js";
import { randomSecret } from "./secrets.js";
import type { Serving } from "./serving.js";
import { Sessions } from "./sessions.js";

const METHODS = ["GET", "HEAD", "POST"];
const URL_BYTES_MAX = 8192;

export const openPage: OpenPage = async (shown) => {
  const { listen, options, say, open } = shown;
  const clock = systemClock;
  const { token } = options;
  const key = randomSecret();
  const closing = new AbortController();
  const sessions = token === undefined ? undefined : new Sessions(token, clock.now);
  const serving: Serving = {
    shown,
    clock,
    sessions,
    access: new Access({ token, sessions, key, host: listen.host }),
    cookie: `dragonlog_session_${listen.port}`,
    closing: closing.signal,
  };
  const listening = new Listening({
    ...listen,
    clock,
    handle: handler(serving),
    onUp({ port }: AddressInfo) {
      open.vitals.setPage({ url: urlOf(nameHere(listen.host), port), key });
      say(`page at ${urlOf(nameForPeople(listen.host), port)}`);
    },
    onTrouble(error) {
      const why = reasonOf(error, shown);
      open.vitals.setPage(undefined, why);
      say(`no page for now: ${why}; it is tried again, and records are delivered all the same`);
    },
  });
  await listening.open();
  return {
    close() {
      closing.abort();
      return listening.close();
    },
  };
};

function handler(serving: Serving): RequestListener {
  let app: Promise<RequestListener> | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    app ??= import("./app.js").then(({ createApp }) => createApp(serving));
    try {
      await (await app)(request, response);
    } catch (error) {
      // Whatever goes wrong here must not end the shipper.
      app = undefined;
      serving.shown.say(`the page cannot answer: ${messageOf(error)}`);
      response.destroy();
    }
  };
  return (request, response) => {
    // Such as a browser that went away; nobody is left to be told.
    response.on("error", () => {});
    if (response.socket === null) {
      // Asked before the answer before it has gone: all of them would be made at once, and kept for who may never read them.
      // A server may end such a connection, and clients ask again: https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2
      request.socket.destroySoon();
      return;
    }
    secure(response);
    const { method = "", url = "" } = request;
    if (!METHODS.includes(method)) {
      refuse(response, 405, "Method Not Allowed", { Allow: METHODS.join(", ") });
    } else if (url.length > URL_BYTES_MAX || !url.startsWith("/")) {
      refuse(response, url.startsWith("/") ? 414 : 400, "the address is none, or too long");
    } else {
      void answer(request, response);
    }
  };
}

function refuse(response: ServerResponse, status: number, text: string, headers = {}): void {
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    Connection: "close",
    ...headers,
  });
  response.end(`${text}\n`);
}

/** Who has the port, where that is known: another shipper of the same folder says what it serves. */
function reasonOf(error: NodeJS.ErrnoException, { listen: { host, port }, options }: Shown): string {
  const place = `${host}:${port}`;
  if (error.code !== "EADDRINUSE") {
    return `${place} cannot be listened on: ${messageOf(error)}`;
  }
  const other = readReports(options.buffer.dir).find(({ page }) => page?.url.endsWith(`:${port}`));
  const who = other === undefined ? "" : ` by the shipper with pid ${other.process.pid}`;
  return `${place} is taken${who}`;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Under which it is found from here. */
function nameHere(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}

function nameForPeople(host: string): string {
  return host === "0.0.0.0" || host === "::" ? hostname() : host;
}
