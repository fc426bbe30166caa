/**
 * A runtime of AWS Lambda for Node.js: loads the handler that `_HANDLER` names from `LAMBDA_TASK_ROOT`, and serves invocations
 * of the Runtime API, one after the other, until it is killed. Forms of handlers as in Node.js 20 and 22 there: promises,
 * callbacks, and streams.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

type Handler = (...args: unknown[]) => unknown;

/** What `awslambda.streamifyResponse` marks a handler with. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

function ask(method: string, path: string, headers: Record<string, string> = {}): ClientRequest {
  return request(`${api}/${path}`, { method, headers, agent: false });
}

async function post(path: string, body: unknown): Promise<void> {
  const sent = ask("POST", path);
  sent.end(JSON.stringify(body ?? null));
  await answered(sent);
}

async function answered(sent: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer;
}

function errorBody(error: unknown): object {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { errorType: name, errorMessage: message, stackTrace: stack?.split("\n") };
}

async function loadHandler(): Promise<Handler> {
  const streamifyResponse = (handler: Handler): Handler =>
    Object.assign(handler, { [STREAMING]: "response" });
  Object.assign(globalThis, { awslambda: { streamifyResponse } });
  const [file, name] = process.env._HANDLER!.split(".") as [string, string];
  const places = [".js", ".mjs", ".cjs"].map((end) => join(process.env.LAMBDA_TASK_ROOT!, file + end));
  const module = await import(pathToFileURL(places.find((place) => existsSync(place))!).href);
  return module[name] ?? module.default[name];
}

/** What a promise or the callback comes to. */
function outcomeOf(handler: Handler, event: unknown, context: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, result: unknown): void => (error ? reject(error) : resolve(result));
    const returned = handler(event, context, callback);
    if (typeof (returned as Promise<unknown> | undefined)?.then === "function") resolve(returned);
  });
}

async function answerStreaming(
  handler: Handler,
  event: unknown,
  context: object,
  path: string,
): Promise<void> {
  const stream = ask("POST", `${path}/response`, {
    "lambda-runtime-function-response-mode": "streaming",
    "transfer-encoding": "chunked",
  });
  const answer = answered(stream);
  await handler(event, stream, context);
  await answer;
}

async function serve(handler: Handler): Promise<void> {
  const asked = ask("GET", "invocation/next");
  asked.end();
  const invocation = await answered(asked);
  const { headers } = invocation;
  const event = JSON.parse(await text(invocation));
  const awsRequestId = headers["lambda-runtime-aws-request-id"];
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
  const context = { awsRequestId, getRemainingTimeInMillis: () => deadlineMs - Date.now() };
  process.env._X_AMZN_TRACE_ID = `${headers["lambda-runtime-trace-id"]}`;
  const path = `invocation/${awsRequestId}`;
  try {
    if (STREAMING in handler) await answerStreaming(handler, event, context, path);
    else await post(`${path}/response`, await outcomeOf(handler, event, context));
  } catch (error) {
    await post(`${path}/error`, errorBody(error));
  }
}

const handler = await loadHandler();
for (;;) await serve(handler);
