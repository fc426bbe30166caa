import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { batchOf } from "../batch-of.cases.js";
import { openCloudWatch } from "./cloudwatch.js";

process.env.AWS_ACCESS_KEY_ID = "AKIAFAKEFAKEFAKEFAKE";
process.env.AWS_SECRET_ACCESS_KEY = "fake";

const SIGNAL = new AbortController().signal;
const ONE = batchOf([{ text: '{"a":1}', timestamp: 1_754_000_000_000 }]);
const AMZ_JSON = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": "r-1" };

/** A sink whose service answers as told: for answers that CloudWatch itself would never give, and a proxy might. */
async function sinkOn(
  context: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sink = await openCloudWatch({
    region: "eu-central-1",
    endpoint: `http://127.0.0.1:${port}`,
    requestTimeoutMs: 300,
  });
  context.after(async () => {
    await sink.close();
    server.closeAllConnections();
    server.close();
  });
  return sink;
}

const signatureIn = (head: IncomingMessage["headers"]) =>
  /Signature=(\w+)$/.exec(head.authorization ?? "")?.[1];

/**
 * The signature of a POST to `/`, computed anew:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function signatureOf(head: IncomingMessage["headers"], body: Buffer): string {
  const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
  const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
  const [, scope, signed] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(head.authorization ?? "") ?? [];
  const headers = signed!.split(";").map((name) => `${name}:${head[name]}\n`);
  const request = ["POST", "/", "", headers.join(""), signed, sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", head["x-amz-date"], scope, sha256(request)].join("\n");
  const key = scope!.split("/").reduce<string | Buffer>(hmac, `AWS4${process.env.AWS_SECRET_ACCESS_KEY}`);
  return createHmac("sha256", key).update(toSign).digest("hex");
}

test("the request carries the hand-made body with its own length, signed", async (context) => {
  let head: IncomingMessage["headers"] = {};
  let body = Buffer.alloc(0);
  const sink = await sinkOn(context, async (request, response) => {
    head = request.headers;
    body = Buffer.concat(await request.toArray());
    response.writeHead(200, AMZ_JSON).end("{}");
  });
  assert.deepEqual(await sink.send(ONE, SIGNAL), { verdict: "delivered", refused: [], requestId: "r-1" });
  assert.equal(
    body.toString(),
    '{"logGroupName":"app","logStreamName":"web","logEvents":[{"timestamp":1754000000000,"message":"{\\"a\\":1}"}]}',
  );
  assert.equal(head["content-length"], String(body.length));
  assert.equal(head["x-amz-target"], "Logs_20140328.PutLogEvents");
  assert.equal(signatureIn(head), signatureOf(head, body));
});

const TRUNCATED = { ...AMZ_JSON, "content-length": "100" };
const announce = (response: ServerResponse) => {
  const timer = setInterval(() => response.writeProcessing(), 20);
  response.once("close", () => clearInterval(timer));
};
const ANSWERS: Record<string, [(response: ServerResponse) => void, verdict: string, cause: string]> = {
  "an HTML page of a proxy with 200": [
    (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
    "retry",
    "unavailable",
  ],
  "an HTML page of a proxy with 502": [
    (response) => response.writeHead(502, { "content-type": "text/html" }).end("<html>"),
    "retry",
    "unavailable",
  ],
  "an empty 413": [(response) => response.writeHead(413).end(), "split", "data"],
  "an answer that is cut in its body": [
    (response) => {
      response.writeHead(200, TRUNCATED).write("{", () => response.destroy());
    },
    "retry",
    "network",
  ],
  "an answer that stalls in its body": [
    (response) => {
      response.writeHead(200, TRUNCATED).write("{");
    },
    "retry",
    "timeout",
  ],
  "an answer that is announced for ever": [announce, "retry", "timeout"],
};

for (const [what, [answer, verdict, cause]] of Object.entries(ANSWERS)) {
  test(`${what} is ${verdict} ${cause}`, async (context) => {
    const sink = await sinkOn(context, (request, response) => {
      request.resume().once("end", () => answer(response));
    });
    const result = await sink.send(ONE, SIGNAL);
    assert.equal(result.verdict, verdict);
    assert.equal("cause" in result && result.cause, cause);
  });
}

test("a name that CloudWatch never takes waits for a person and asks nobody", async (context) => {
  let requests = 0;
  const sink = await sinkOn(context, () => {
    requests++;
  });
  const answer = await sink.send({ ...ONE, destination: { group: "app", stream: "a:b" } }, SIGNAL);
  assert.ok(answer.verdict === "retry" && answer.cause === "denied");
  assert.equal(requests, 0);
});

test("events are judged by the service's clock where ours is wrong", async (context) => {
  const DAY_MS = 86_400_000;
  const service = 1_754_000_000_000;
  const ours = service - 30 * DAY_MS;
  context.mock.method(Date, "now", () => ours);
  const sink = await sinkOn(context, (request, response) => {
    request.resume().once("end", () => {
      response.writeHead(200, { ...AMZ_JSON, date: new Date(service).toUTCString() });
      response.end('{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":1,"tooNewLogEventStartIndex":2}}');
    });
  });
  const batch = batchOf([
    { text: "old", timestamp: service - 15 * DAY_MS },
    { text: "now", timestamp: service },
    { text: "new", timestamp: service + DAY_MS },
  ]);
  const answer = await sink.send(batch, SIGNAL);
  assert.ok(answer.verdict === "delivered");
  assert.deepEqual(
    answer.refused.map(({ index, reason }) => [index, reason]),
    [
      [0, "too-old"],
      [2, "too-new"],
    ],
  );
});
