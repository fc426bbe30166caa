import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { eventText, type LiveStep } from "../../live/live-step.js";
import type { LiveRequest } from "../../live/query.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import { PageBroken, readPage } from "./page-client.js";

const NOTHING = { records: [], matched: 0, missed: 0, levels: [] };
const FIRST: LiveStep = {
  ...NOTHING,
  records: ['{"n":12345678901234567890,"data":"é\\n"}'],
  matched: 1,
  caughtUp: true,
};
const SECOND: LiveStep = { ...NOTHING, missed: 3 };

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

async function page(t: TestContext, answer: Answer): Promise<string> {
  const server = createServer((request, response) => answer(response, request));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(
  url: string,
  request: LiveRequest,
  { token = "secret", stop = new AbortController() } = {},
) {
  const steps: LiveStep[] = [];
  let opened = 0;
  const onOpen = () => {
    opened++;
  };
  const take = async (step: LiveStep) => {
    steps.push(step);
  };
  const error = await readPage({ url, token }, request, onOpen, take, stop.signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error === undefined || error instanceof PageBroken, String(error));
  return { steps, opened, error };
}

test("a page is asked in its own words, and with its key", async (t) => {
  const asked: (string | undefined)[] = [];
  const url = await page(t, (response, { url: path, headers }) => {
    asked.push(path, headers.authorization, headers.accept);
    response.end(`${eventText(FIRST)}\n`);
  });
  const where = ["metadata.a=ä&b", "data=1"];
  const request = {
    service: "a b",
    type: "warn",
    requestId: "r",
    grep: "/x+/i",
    where,
    last: 5,
    sinceMs: 0,
    follow: false,
  };
  assert.equal((await read(`${url}/`, request)).error, undefined);
  assert.equal((await read(url, { follow: false, sinceMs: -1e18 }, { token: "" })).error, undefined);
  const parameters = new URL(asked[0]!, url).searchParams;
  assert.deepEqual(
    [...parameters],
    [
      ["service", "a b"],
      ["type", "warn"],
      ["request_id", "r"],
      ["grep", "/x+/i"],
      ["where", "metadata.a=ä&b"],
      ["where", "data=1"],
      ["last", "5"],
      ["since", "1970-01-01T00:00:00.000Z"],
      ["follow", "0"],
    ],
  );
  assert.deepEqual(asked.slice(1, 3), ["Bearer secret", "application/x-ndjson"]);
  assert.equal(asked[3], "/api/records?since=0000-01-01T00%3A00%3A00.000Z&follow=0");
});

test("steps come whole, however they are cut on their way, with heartbeats between", async (t) => {
  const bytes = Buffer.from(`\n${eventText(FIRST)}\n\n\n${eventText(SECOND)}\n`);
  const url = await page(t, async (response) => {
    for (const byte of bytes) {
      response.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    response.end();
  });
  const { steps, opened, error } = await read(url, { follow: true });
  assert.deepEqual([steps, opened, error?.message], [[FIRST, SECOND], 1, "it ended"]);
});

test("a page that ends before it has shown all is broken", async (t) => {
  const url = await page(t, (response) => response.end(`${eventText(SECOND)}\n`));
  const { steps, error } = await read(url, { follow: false });
  assert.deepEqual([steps, error?.message], [[SECOND], "it ended"]);
});

test("a page that refuses says why, once and for all", async (t) => {
  const body = JSON.stringify({ code: "DRAGONLOG_ACCESS_DENIED", message: "no token", hint: "Log in." });
  const url = await page(t, (response) => response.writeHead(401).end(body));
  const { error, opened } = await read(url, { follow: true });
  assert.deepEqual([error?.message, error?.refusal?.hint, opened], ["no token", "Log in.", 0]);
  assert.equal(error?.refusal?.code, "DRAGONLOG_PAGE_UNREACHABLE");
});

test("what is no page of dragonlog ends in an error, whatever it answers", async (t) => {
  const answers: [Answer, RegExp][] = [
    [(response) => response.end("<html>\n"), /something else/],
    [(response) => response.writeHead(404).end("x".repeat(1 << 20)), /status 404/],
    [(response) => response.writeHead(302, { location: "/" }).end(), /status 302/],
    [(response) => response.socket!.end("nonsense\r\n\r\n"), /Parse Error/],
    [(response) => response.destroy(), /socket hang up/],
    [(response) => response.write("{", () => response.destroy()), /aborted/],
  ];
  for (const [answer, message] of answers) {
    const { error } = await read(await page(t, answer), { follow: true });
    assert.match(`${error?.message}`, message);
  }
  assert.match(`${(await read("http://127.0.0.1:1", { follow: true })).error?.message}`, /ECONNREFUSED/);
});

test("a page that says nothing for too long is broken; one whose steps are not taken is not", async (t) => {
  const url = await page(t, (response) => response.write(`${eventText(FIRST)}\n`));
  const clock = new ManualClock();
  let taken = (): void => {};
  const isTaken = new Promise<void>((resolve) => {
    taken = resolve;
  });
  let reached = (): void => {};
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const take = (): Promise<void> => {
    reached();
    return isTaken;
  };
  const signal = new AbortController().signal;
  const reading = readPage({ url, token: undefined }, { follow: true }, () => {}, take, signal, clock);
  const broken = assert.rejects(reading, /says nothing/);
  await isReached;
  clock.advance(600_000);
  taken();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  clock.advance(600_000);
  await broken;
});

test("whoever stops is let go at once, before and after the answer", async (t) => {
  for (const answer of [() => {}, (response: ServerResponse) => response.write(`${eventText(FIRST)}\n`)]) {
    const stop = new AbortController();
    const url = await page(t, (response) => {
      answer(response);
      setImmediate(() => stop.abort());
    });
    const { error } = await read(url, { follow: true }, { stop });
    assert.ok(error === undefined || error.message.includes("aborted"), error?.message);
  }
});
