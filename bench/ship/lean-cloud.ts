/**
 * In a process of its own: a stand-in for CloudWatch Logs that takes every put after a given time and proves what arrived
 * (`arrivals.ts`). It costs a tenth of the strict one, which shares the processors with what is measured and would be the
 * limit of what can be measured.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { order } from "../lib/child.js";
import { Arrivals } from "./arrivals.js";
import type { CloudAnswer, CloudOrder, CloudQuestion } from "./cloud.js";

const BODY_BYTES_START = 2 ** 21;
/** Longer than any client keeps an idle connection. */
const KEEP_ALIVE_MS = 300_000;
const ANSWER = "{}";
const HEADERS = {
  "Content-Type": "application/x-amz-json-1.1",
  "Content-Length": ANSWER.length,
  "x-amzn-RequestId": "00000000-0000-0000-0000-000000000000",
};

interface Body {
  bytes: Buffer;
  length: number;
}

const { latencyMs, records, lineBytesMin } = order<CloudOrder>();
const arrivals = new Arrivals(lineBytesMin);
const bodies: Body[] = [];
let requests = 0;
let bodyBytes = 0;
let inFlight = 0;
let inFlightPeak = 0;
let firstMs = 0;
let stored = 0;
let storedHalfMs = Number.NaN;
let storedAllMs = Number.NaN;

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (message, response) => {
  if (message.headers["x-amz-target"]?.toString().endsWith(".PutLogEvents")) {
    takePut(message, response);
  } else {
    message.resume();
    message.once("end", () => later(() => accept(response)));
  }
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const before = process.cpuUsage();
process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

const [{ expected }] = (await once(process, "message")) as [CloudQuestion];
const { user, system } = process.cpuUsage(before);
process.send!({
  seconds: (storedAllMs - firstMs) / 1000,
  secondHalfSeconds: (storedAllMs - storedHalfMs) / 1000,
  requests,
  bodyBytes,
  inFlightPeak,
  cpuSeconds: (user + system) / 1e6,
  tally: arrivals.tally(expected),
} satisfies CloudAnswer);
process.disconnect();
server.close();
server.closeAllConnections();

function takePut(message: IncomingMessage, response: ServerResponse): void {
  if (firstMs === 0) firstMs = performance.now();
  inFlight++;
  inFlightPeak = Math.max(inFlightPeak, inFlight);
  const body = bodies.pop() ?? { bytes: Buffer.allocUnsafe(BODY_BYTES_START), length: 0 };
  body.length = 0;
  message.on("data", (chunk: Buffer) => append(body, chunk));
  message.once("end", () => {
    requests++;
    bodyBytes += body.length;
    arrivals.add(body.bytes.subarray(0, body.length));
    bodies.push(body);
    const arrived = arrivals.distinct;
    later(() => {
      stored = Math.max(stored, arrived);
      if (stored >= records / 2 && Number.isNaN(storedHalfMs)) storedHalfMs = performance.now();
      if (stored >= records && Number.isNaN(storedAllMs)) storedAllMs = performance.now();
      accept(response);
    });
  });
  response.once("close", () => inFlight--);
}

function append(body: Body, chunk: Buffer): void {
  const length = body.length + chunk.length;
  if (length > body.bytes.length) {
    const larger = Buffer.allocUnsafe(2 * length);
    body.bytes.copy(larger, 0, 0, body.length);
    body.bytes = larger;
  }
  chunk.copy(body.bytes, body.length);
  body.length = length;
}

function later(act: () => void): void {
  if (latencyMs > 0) setTimeout(act, latencyMs);
  else act();
}

function accept(response: ServerResponse): void {
  response.writeHead(200, HEADERS);
  response.end(ANSWER);
}
