/** The live records of a shipper's page, over HTTP: see serve/api.ts. */
import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import { type LiveStep, stepOf } from "../../live/live-step.js";
import type { LiveRequest } from "../../live/query.js";
import { type Clock, systemClock } from "../../system/clock.js";
import { DragonlogError, messageOf } from "../../system/errors.js";

export interface PageAddress {
  /** Such as `http://127.0.0.1:8001`. */
  readonly url: string;
  /** What it is to be asked with, where it asks. */
  readonly token: string | undefined;
}

const CONNECT_MS = 5000;
/** A page that is quiet for longer than several of its heartbeats take is gone. */
const QUIET_MS = 60_000;
const EVENT_BYTES_MAX = 256 << 20;
const ANSWER_BYTES_MAX = 64 << 10;
const NEWLINE = 0x0a;
/** Of what ISO 8601 writes with four digits for the year. */
const EARLIEST_MS = Date.parse("0000-01-01T00:00:00Z");

/** How a page's records ended. */
export class PageBroken extends Error {
  /** The page answered, and with no records: another try would end alike. */
  readonly refusal: DragonlogError | undefined;

  constructor(reason: string, refusal?: DragonlogError) {
    super(reason);
    this.refusal = refusal;
  }
}

/**
 * Passes each step on, and waits for it before reading further. Resolves at the end of what was asked for; throws PageBroken
 * when the page cannot be reached, refuses, ends early or says what is no event. `onOpen` is called when it has begun.
 */
export async function readPage(
  address: PageAddress,
  request: LiveRequest,
  onOpen: () => void,
  take: (step: LiveStep) => Promise<void>,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  const asked = await ask(address, request, signal);
  const response = await answerTo(asked, clock);
  let hasCaughtUp = false;
  try {
    if (response.statusCode !== 200) throw await refusalOf(response, address);
    onOpen();
    for await (const line of linesOf(response, clock)) {
      if (line === "") continue;
      const step = stepOf(line);
      if (step === undefined) throw new PageBroken("it answered with something else than records");
      hasCaughtUp ||= step.caughtUp === true;
      if (step.ended !== undefined) throw endOf(step.ended, address);
      await take(step);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof PageBroken ? error : new PageBroken(messageOf(error));
  } finally {
    response.destroy();
  }
  if ((request.follow || !hasCaughtUp) && !signal.aborted) throw new PageBroken("it ended");
}

async function ask(
  { url, token }: PageAddress,
  request: LiveRequest,
  signal: AbortSignal,
): Promise<ClientRequest> {
  const { get } = url.startsWith("https:") ? await import("node:https") : await import("node:http");
  return get(`${url.replace(/\/+$/, "")}/api/records?${parametersOf(request)}`, {
    headers: {
      accept: "application/x-ndjson",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    // A connection of its own, that nobody else waits for.
    agent: false,
    signal,
  });
}

function parametersOf(request: LiveRequest): URLSearchParams {
  const { service, type, requestId, grep, where = [], last, sinceMs, follow } = request;
  const given: [string, string | undefined][] = [
    ["service", service],
    ["type", type],
    ["request_id", requestId],
    ["grep", grep],
    ...where.map((each): [string, string] => ["where", each]),
    ["last", last?.toString()],
    ["since", sinceMs === undefined ? undefined : new Date(Math.max(sinceMs, EARLIEST_MS)).toISOString()],
    ["follow", follow ? undefined : "0"],
  ];
  return new URLSearchParams(given.filter((each): each is [string, string] => each[1] !== undefined));
}

async function answerTo(asked: ClientRequest, clock: Clock): Promise<IncomingMessage> {
  const cancel = clock.after(CONNECT_MS, () => asked.destroy(new Error("no answer in time")), true);
  // What comes after the answer comes through the answer, too.
  asked.on("error", () => {});
  try {
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    return response;
  } catch (error) {
    throw new PageBroken(messageOf(error));
  } finally {
    cancel();
  }
}

/** What the page says of it, in its own words where it has some. */
async function refusalOf(response: IncomingMessage, { url }: PageAddress): Promise<PageBroken> {
  const status = response.statusCode;
  let body = "";
  for await (const chunk of response) {
    body += chunk;
    if (body.length > ANSWER_BYTES_MAX) break;
  }
  const said = apiErrorIn(body);
  const hint =
    status === 401 || status === 403
      ? "Give its token, as DRAGONLOG_TOKEN or with --token."
      : "Look whether this is the page of a dragonlog shipper.";
  const reason = said.message ?? `it answered with status ${status}`;
  return new PageBroken(
    reason,
    new DragonlogError("DRAGONLOG_PAGE_UNREACHABLE", `${url} gives no records: ${reason}`, said.hint ?? hint),
  );
}

function endOf({ message, hint }: NonNullable<LiveStep["ended"]>, { url }: PageAddress): PageBroken {
  return new PageBroken(
    message,
    new DragonlogError("DRAGONLOG_PAGE_UNREACHABLE", `${url} ends: ${message}`, `${hint}`),
  );
}

function apiErrorIn(body: string): { message?: string; hint?: string } {
  try {
    const { message, hint } = JSON.parse(body) as Record<string, unknown>;
    return {
      ...(typeof message === "string" ? { message } : {}),
      ...(typeof hint === "string" ? { hint } : {}),
    };
  } catch {
    return {};
  }
}

async function* linesOf(response: IncomingMessage, clock: Clock): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const cancel = clock.after(QUIET_MS, () => response.destroy(new Error("it says nothing any more")), true);
    const { value: chunk, done } = await chunks.next().finally(cancel);
    if (done) return;
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...pieces, chunk.subarray(from, at)]).toString();
      pieces = [];
      bytes = 0;
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0) pieces.push(rest);
    bytes += rest.length;
    if (bytes > EVENT_BYTES_MAX) throw new PageBroken("it answered with a line without end");
  }
}
