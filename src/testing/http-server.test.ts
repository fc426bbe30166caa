import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { FakeCloudWatch, runFakeCloud } from "./index.js";
import { eventsOf, names, refused, withCloud } from "./with-cloud.cases.js";

const signed =
  "AWS4-HMAC-SHA256 Credential=AKIAFAKE/20260801/eu-west-1/logs/aws4_request, " +
  `SignedHeaders=host;x-amz-date;x-amz-target, Signature=${"0".repeat(64)}`;

async function raw(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { authorization: signed, "x-amz-target": "Logs_20140328.PutLogEvents", ...headers },
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, answer, type: answer.__type };
}

const goodPut = JSON.stringify({ ...names, logEvents: eventsOf("a") });

test("an answer has AWS's shape and headers", async (t) => {
  const { cloud } = await withCloud(t);
  const { status, headers, answer } = await raw(cloud.url, goodPut);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(answer), ["nextSequenceToken"]);
  assert.equal(headers.get("content-type"), "application/x-amz-json-1.1");
  assert.match(headers.get("x-amzn-requestid")!, /^[0-9a-f-]{36}$/);
  const denied = await raw(
    cloud.url,
    '{"logGroupName":"no","logStreamName":"no","logEvents":[{"timestamp":1,"message":"a"}]}',
  );
  assert.deepEqual(denied.answer, {
    __type: "ResourceNotFoundException",
    message: "The specified log group does not exist.",
  });
  assert.match(denied.headers.get("x-amzn-requestid")!, /^[0-9a-f-]{36}$/);
});

test("an unsigned request is refused, and one that is signed for another service", async (t) => {
  const { cloud } = await withCloud(t);
  const typeFor = async (authorization: string) => (await raw(cloud.url, goodPut, { authorization })).type;
  assert.equal(await typeFor(""), "MissingAuthenticationTokenException");
  assert.equal(await typeFor("Bearer x"), "MissingAuthenticationTokenException");
  assert.equal(await typeFor("AWS4-HMAC-SHA256 Credential=x"), "IncompleteSignatureException");
  assert.equal(await typeFor(signed.replace("/logs/", "/s3/")), "InvalidSignatureException");
  assert.equal(cloud.stats().eventsStored, 0);
});

test("unknown operations and bodies that are no JSON object are refused", async (t) => {
  const { cloud } = await withCloud(t);
  const typeOf = async (body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
    (await raw(cloud.url, body, headers)).type;
  assert.equal(await typeOf("{}", { "x-amz-target": "Logs_20140328.Nope" }), "UnknownOperationException");
  assert.equal(await typeOf("{}", { "x-amz-target": "PutLogEvents" }), "UnknownOperationException");
  for (const body of ["", "{", "[]", "null", '"a"'])
    assert.equal(await typeOf(body), "SerializationException", body);
  const cutCharacter = new Uint8Array(Buffer.from(`${goodPut.slice(0, -4)}é"}]}`)).filter(
    (byte) => byte !== 0xa9,
  );
  assert.equal(await typeOf(cutCharacter), "SerializationException");
  const wrongTypes = [
    { ...names, logEvents: "a" },
    { ...names, logEvents: [1] },
    { ...names, logEvents: [{ timestamp: "1", message: "a" }] },
    { ...names, logEvents: [{ timestamp: 1.5, message: "a" }] },
    { ...names, logEvents: [{ timestamp: 1, message: 1 }] },
    { ...names, logGroupName: 1, logEvents: [{ timestamp: 1, message: "a" }] },
  ];
  for (const body of wrongTypes) assert.equal(await typeOf(JSON.stringify(body)), "SerializationException");
  const nothing = await raw(cloud.url, "{}");
  assert.equal(
    nothing.answer.message,
    "3 validation errors detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be " +
      "null; Value null at 'logStreamName' failed to satisfy constraint: Member must not be null; Value null at " +
      "'logEvents' failed to satisfy constraint: Member must not be null",
  );
});

test("gzip is accepted, what only claims to be is not, and a bomb is not unpacked", async (t) => {
  const { cloud, messages } = await withCloud(t);
  const zipped = (bytes: Uint8Array<ArrayBuffer>) => raw(cloud.url, bytes, { "content-encoding": "gzip" });
  assert.equal((await zipped(new Uint8Array(gzipSync(goodPut)))).status, 200);
  assert.deepEqual(messages(), ["a"]);
  assert.equal((await zipped(new Uint8Array(Buffer.from(goodPut)))).type, "SerializationException");
  assert.equal((await zipped(new Uint8Array(gzipSync(Buffer.alloc(17 * 1024 * 1024, " "))))).status, 413);
  assert.equal((await raw(cloud.url, " ".repeat(17 * 1024 * 1024))).status, 413);
});

async function command(cloud: FakeCloudWatch, method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${cloud.url}/_fake/${path}`, init);
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

test("another process commands faults and reads counters over HTTP", async (t) => {
  const { cloud, put } = await withCloud(t);
  const armed = await command(cloud, "POST", "faults", [
    { kind: "throttle", calls: 1 },
    { kind: "poison", pattern: "b.d" },
  ]);
  assert.equal(armed.status, 200);
  await refused(put(eventsOf("a")), "ThrottlingException");
  await refused(put(eventsOf("a bad one")), "InvalidParameterException");
  await put(eventsOf('{"id":"w-0"}', '{"id":"w-2"}'));
  const listed = (await command(cloud, "GET", "faults")).answer as unknown as object[];
  assert.deepEqual(listed, [{ fault: { kind: "poison", message: "/b.d/u" }, fired: 1, left: null }]);

  const { answer: stats } = await command(cloud, "GET", "stats");
  assert.deepEqual(stats.refused, { ThrottlingException: 1, InvalidParameterException: 1 });
  assert.deepEqual(stats.calls, { CreateLogGroup: 1, CreateLogStream: 1, PutLogEvents: 3 });
  assert.deepEqual(stats.eventsPerPut, { 2: 1 });
  assert.equal(stats.bytesStored, 24);
  assert.equal((await command(cloud, "GET", "tally")).answer.lost, 1);
  assert.equal((await command(cloud, "POST", "tally", { expected: { w: 5, v: 1 } })).answer.lost, 4);

  assert.equal((await command(cloud, "DELETE", "faults")).status, 200);
  await put(eventsOf("a bad one"));
  cloud.faults.add({ kind: "hang" });
  assert.equal((await command(cloud, "POST", "reset")).status, 200);
  assert.deepEqual(cloud.faults.list(), []);
  assert.deepEqual(cloud.groups(), []);
  assert.equal(cloud.stats().putsAccepted, 0);
});

test("bad commands are refused with their reason", async (t) => {
  const { cloud } = await withCloud(t);
  const bad = async (path: string, body: unknown) => {
    const { status, answer } = await command(cloud, "POST", path, body);
    assert.equal(status, 400);
    return answer.message as string;
  };
  assert.match(await bad("faults", { kind: "hang", cals: 1 }), /"hang" has no option "cals"/);
  assert.match(await bad("faults", "hang"), /The fault cannot be "hang"/);
  assert.match(await bad("faults", { kind: "poison", pattern: "(" }), /pattern cannot be "\("/);
  assert.match(await bad("tally", { expected: { w: -1 } }), /The count of w cannot be -1/);
  assert.match(await bad("tally", { wanted: {} }), /no option "wanted"/);
  assert.equal((await command(cloud, "GET", "nope")).status, 404);
  assert.deepEqual(cloud.faults.list(), []);
});

async function running(
  t: TestContext,
  port: number,
): Promise<{ cloud: FakeCloudWatch; stop: () => Promise<void> }> {
  const abort = new AbortController();
  t.after(() => abort.abort());
  return new Promise((resolve, reject) => {
    const end = runFakeCloud({
      port,
      signal: abort.signal,
      onListening: (cloud) => {
        const stop = () => {
          abort.abort();
          return end;
        };
        resolve({ cloud, stop });
      },
    });
    end.catch(reject);
  });
}

test("runFakeCloud serves until its signal, and a taken port is named", async (t) => {
  const { cloud, stop } = await running(t, 0);
  const port = Number(new URL(cloud.url).port);
  await assert.rejects(FakeCloudWatch.start({ port }), { code: "DRAGONLOG_PORT_IN_USE" });
  await stop();
  await assert.rejects(fetch(cloud.url));
  const again = await running(t, port);
  assert.equal(again.cloud.url, cloud.url);
  await again.stop();
});

test("until gives up at its deadline and says what was seen", async (t) => {
  const { cloud } = await withCloud(t);
  await assert.rejects(
    cloud.until(() => false, 1),
    { code: "DRAGONLOG_DEADLINE_PASSED", hint: /CreateLogGroup/ },
  );
});
