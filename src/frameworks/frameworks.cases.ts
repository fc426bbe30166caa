/** What requestLog does in every framework: the same application in each, asked over real sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { openLogger, type Wire } from "../logger/logger.cases.js";
import type { DragonLogger } from "../logger/logger.js";
import type { RequestLogOptions } from "./options.js";

type AnyOptions = RequestLogOptions<never[]>;

/**
 * An application with requestLog, used as often as there are options, and these routes:
 *
 *     GET  /users/:id      logs `user`, waits a turn, logs `user` again, and answers the id
 *     POST /api/echo       logs `body` when it has the JSON body, which it answers
 *     GET  /api/boom/:id   throws `BOOM`
 *     GET  /refused        throws `REFUSED`, an error with the status 403
 *     GET  /stream         answers STREAMED in two pieces, without a Content-Length
 *     GET  /hang           logs `hanging` and never answers
 */
export type MakeApplication = (logger: DragonLogger, options: readonly AnyOptions[]) => Promise<Server>;

export const BOOM = new Error("boom");
export const REFUSED = Object.assign(new Error("refused"), { status: 403, statusCode: 403 });
export const STREAMED = ["one piece, ", "and another"];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** The body comes when the request is known already, in events of the connection. */
  readonly bodyLater?: boolean;
}

interface Started {
  readonly port: number;
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** Goes away when something has been logged. */
  abandon(path: string): Promise<void>;
  /** Everything that was logged, when it is so much. */
  wires(count: number): Promise<Wire[]>;
}

async function start(
  t: TestContext,
  make: MakeApplication,
  options: Partial<AnyOptions> = {},
  times = 1,
): Promise<Started> {
  const { logger, wires } = openLogger(t);
  const server = await make(logger, Array(times).fill({ logger, ...options }));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const seen: Wire[] = [];
  const upTo = async (count: number): Promise<Wire[]> => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      seen.push(...wires());
      if (seen.length >= count) return seen;
      assert.ok(Date.now() < deadline, `${count} records wanted, there are ${JSON.stringify(seen)}`);
      await turn();
    }
  };
  return {
    port,
    ask: (path, asked) => ask(port, path, asked),
    async abandon(path) {
      const before = seen.length;
      const asking = request({ port, path, host: "127.0.0.1" });
      asking.on("error", () => undefined);
      asking.end();
      await upTo(before + 1);
      asking.destroy();
    },
    wires: upTo,
  };
}

async function ask(
  port: number,
  path: string,
  { method = "GET", headers = {}, body, bodyLater = false }: Asked = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const type = text === undefined ? {} : { "content-type": "application/json" };
  const later = bodyLater ? { expect: "100-continue" } : {};
  const all = { ...type, ...later, ...headers };
  const asking = request({ port, path, method, host: "127.0.0.1", headers: all });
  if (bodyLater) {
    asking.flushHeaders();
    await once(asking, "continue");
  }
  asking.end(text);
  const [response] = (await once(asking, "response")) as [IncomingMessage];
  let answered = "";
  for await (const chunk of response) answered += chunk;
  return { status: response.statusCode!, headers: response.headers, body: answered };
}

const accessIn = (wires: readonly Wire[]) => wires.filter(({ type }) => type === "ACCESS");

export function describeRequestLog(framework: string, make: MakeApplication): void {
  test(`${framework}: a request brings its id; all that is logged below it has it, and so has the answer`, async (t) => {
    const app = await start(t, make);
    const answer = await app.ask("/users/7?token=secret", { headers: { "x-request-id": "r-7" } });
    assert.deepEqual([answer.status, answer.body, answer.headers["x-request-id"]], [200, "7", "r-7"]);
    const [first, second, access] = await app.wires(3);
    assert.deepEqual([first!.data, first!.request_id], ["user", "r-7"]);
    assert.deepEqual([second!.data, second!.request_id], ["user", "r-7"]);
    assert.deepEqual(
      [access!.data, access!.type, access!.request_id],
      ["GET /users/:id 200", "ACCESS", "r-7"],
    );
    const { duration_ms, ...metadata } = access!.metadata!;
    assert.equal(typeof duration_ms, "number");
    assert.deepEqual(metadata, {
      method: "GET",
      route: "/users/:id",
      path: "/users/7",
      status: 200,
      bytes: 1,
    });
  });

  test(`${framework}: an id that is none is not taken over, and each request without one gets its own`, async (t) => {
    const app = await start(t, make);
    const wrong = ["", "x".repeat(201), "caf\u00e9", "a\tb"];
    const answers = [];
    for (const id of wrong) answers.push(await app.ask("/users/1", { headers: { "x-request-id": id } }));
    answers.push(await app.ask("/users/1"), await app.ask("/users/1"));
    const ids = answers.map(({ headers }) => headers["x-request-id"]);
    for (const id of ids) assert.match(`${id}`, /^[0-9a-z]{12,20}$/);
    assert.equal(new Set(ids).size, ids.length);
    const { headers } = await app.ask("/users/1", { headers: { "x-request-id": "x".repeat(200) } });
    assert.equal(headers["x-request-id"], "x".repeat(200));
    const wires = await app.wires((ids.length + 1) * 3);
    assert.deepEqual(
      accessIn(wires).map(({ request_id }) => request_id),
      [...ids, "x".repeat(200)],
    );
  });

  test(`${framework}: requests at the same time never mix their ids, with a body or without`, async (t) => {
    const app = await start(t, make);
    const count = 150;
    const bodies = Array.from({ length: count }, (_, n) =>
      app.ask("/api/echo", {
        method: "POST",
        headers: { "x-request-id": `b-${n}` },
        body: { n: `b-${n}` },
        bodyLater: n % 2 === 0,
      }),
    );
    const others = Array.from({ length: count }, (_, n) =>
      app.ask(`/users/u-${n}`, { headers: { "x-request-id": `u-${n}` } }),
    );
    const answers = await Promise.all([...bodies, ...others]);
    assert.ok(answers.every(({ status }) => status === 200));
    const wires = await app.wires(count * 5);
    const mixed = wires.filter(
      ({ type, request_id, metadata }) => type !== "ACCESS" && metadata?.asked !== request_id,
    );
    assert.deepEqual(mixed, []);
    assert.equal(accessIn(wires).length, 2 * count);
    assert.equal(new Set(accessIn(wires).map(({ request_id }) => request_id)).size, 2 * count);
  });

  test(`${framework}: an error is logged once, with its stack and the id, and the request with its route`, async (t) => {
    const app = await start(t, make);
    const answer = await app.ask("/api/boom/1", { headers: { "x-request-id": "r-1" } });
    assert.equal(answer.status, 500);
    const refused = await app.ask("/refused", { headers: { "x-request-id": "r-2" } });
    assert.equal(refused.status, 403);
    const wires = await app.wires(4);
    const [error, access, refusal, accessRefused] = wires;
    const data = error!.data as Error;
    assert.deepEqual(
      [error!.type, error!.request_id, data.message, data.stack],
      ["ERROR", "r-1", "boom", BOOM.stack],
    );
    assert.deepEqual(error!.metadata, {
      method: "GET",
      route: "/api/boom/:id",
      path: "/api/boom/1",
      status: 500,
    });
    assert.deepEqual([access!.data, access!.request_id], ["GET /api/boom/:id 500", "r-1"]);
    assert.deepEqual([refusal!.type, (refusal!.data as Error).message], ["WARN", "refused"]);
    assert.equal(accessRefused!.data, "GET /refused 403");
    assert.equal(wires.length, 4);
  });

  test(`${framework}: what no route matches is logged by its path`, async (t) => {
    const app = await start(t, make);
    assert.equal((await app.ask("/none/such?x=1")).status, 404);
    const [access] = await app.wires(1);
    assert.equal(access!.data, "GET /none/such 404");
    assert.equal(access!.metadata!.route, undefined);
  });

  test(`${framework}: a stream's bytes are counted, and none for HEAD`, async (t) => {
    const app = await start(t, make);
    const { body } = await app.ask("/stream");
    assert.equal(body, STREAMED.join(""));
    await app.ask("/users/1", { method: "HEAD" });
    const [streamed, head] = accessIn(await app.wires(4));
    const bytes = streamed!.metadata!.bytes as number;
    // Each piece has a frame of a few bytes, and there is one for the end.
    assert.ok(bytes > body.length && bytes < body.length + 40, `${bytes}`);
    assert.deepEqual([head!.metadata!.method, head!.metadata!.bytes], ["HEAD", 0]);
  });

  test(`${framework}: pipelined requests are told apart, with their bytes`, async (t) => {
    const app = await start(t, make);
    const socket = connect(app.port, "127.0.0.1");
    const asking = (id: string, path: string) =>
      `GET ${path} HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\n\r\n`;
    socket.write(asking("p-0", "/stream") + asking("p-1", "/users/12345678") + asking("p-2", "/stream"));
    const wires = accessIn(await app.wires(5));
    socket.destroy();
    assert.deepEqual(
      wires.map(({ request_id }) => request_id),
      ["p-0", "p-1", "p-2"],
    );
    const [first, user, last] = wires.map(({ metadata }) => metadata!.bytes as number);
    const { length } = STREAMED.join("");
    for (const bytes of [first!, last!]) assert.ok(bytes > length && bytes < length + 40, `${bytes}`);
    assert.equal(user, 8);
  });

  test(`${framework}: a request that is given up says so`, async (t) => {
    const app = await start(t, make);
    await app.abandon("/hang");
    const [hanging, access] = await app.wires(2);
    assert.equal(access!.request_id, hanging!.request_id);
    assert.deepEqual([access!.data, access!.type], ["GET /hang aborted", "ACCESS"]);
    const { aborted, status, bytes } = access!.metadata!;
    assert.deepEqual([aborted, status, bytes], [true, undefined, 0]);
  });

  test(`${framework}: options say what is left out, what is added, and how it is named`, async (t) => {
    const app = await start(t, make, {
      header: "X-Trace",
      makeId: () => "made",
      type: (status) => (status === 200 ? "INFO" : "WARN"),
      skip: (...[handed]: unknown[]) => JSON.stringify([urlOf(handed)]).includes("skipped"),
      extra: () => ({ region: "eu", method: "counts" }),
      ip: true,
      query: true,
    });
    const { headers } = await app.ask("/users/1?a=1", { headers: { "x-request-id": "not read" } });
    assert.equal(headers["x-trace"], "made");
    await app.ask("/users/skipped");
    await app.ask("/none");
    const wires = await app.wires(6);
    const said = wires.filter(({ metadata }) => metadata?.region === "eu");
    assert.deepEqual(
      said.map(({ data, type, request_id }) => [data, type, request_id]),
      [
        ["GET /users/:id 200", "INFO", "made"],
        ["GET /none 404", "WARN", "made"],
      ],
    );
    const { path, ip, method } = said[0]!.metadata!;
    assert.match(`${ip}`, /127\.0\.0\.1$/);
    assert.deepEqual([path, method], ["/users/1?a=1", "counts"]);
  });

  test(`${framework}: a function of the options that throws ends nothing, and is named in the record`, async (t) => {
    const fail = () => {
      throw new Error("why");
    };
    const app = await start(t, make, { makeId: fail, type: fail, skip: fail, extra: fail });
    const { status, headers } = await app.ask("/users/1");
    assert.equal(status, 200);
    const access = (await app.wires(3)).at(-1)!;
    assert.equal(access.request_id, headers["x-request-id"]);
    assert.deepEqual(access.metadata!.options_failed, ["skip: why", "type: why", "extra: why"]);
    assert.equal(access.type, "ACCESS");
  });

  test(`${framework}: used twice, it logs a request once`, async (t) => {
    const app = await start(t, make, {}, 2);
    await app.ask("/users/1");
    await app.ask("/api/boom/1");
    await app.ask("/users/1");
    const wires = await app.wires(8);
    assert.equal(accessIn(wires).length, 3);
    assert.equal(wires.length, 8);
  });

  test(`${framework}: an option that is none, or a value, is refused by name`, async (t) => {
    const { logger } = openLogger(t);
    const wrong: [object, string][] = [
      [{}, "DRAGONLOG_OPTION_INVALID"],
      [{ logger: {} }, "DRAGONLOG_OPTION_INVALID"],
      [{ logger, heather: "x" }, "DRAGONLOG_OPTION_UNKNOWN"],
      [{ logger, header: "not a name" }, "DRAGONLOG_OPTION_INVALID"],
      [{ logger, skip: true }, "DRAGONLOG_OPTION_INVALID"],
    ];
    for (const [options, code] of wrong) {
      await assert.rejects(async () => make(logger, [options as AnyOptions]), { code });
    }
  });
}

/** Of a request of Node.js or Fastify, or a context of Hono. */
function urlOf(handed: unknown): string | undefined {
  const { url, req } = handed as { url?: string; req?: { url: string } };
  return url ?? req?.url;
}
