import assert from "node:assert/strict";
import { test } from "node:test";
import { DragonlogError } from "../../system/errors.js";
import { ManualClock } from "../../system/manual-clock.cases.js";
import type { ReadEvent, ReadQuery } from "../sink.js";
import type { EventPage } from "./client.js";
import { CloudWatchReadBack } from "./read-back.js";

const SIGNAL = new AbortController().signal;
const QUERY: ReadQuery = { group: "app", stream: "web", fromMs: 1, toMs: 9 };

const event = (message: string): ReadEvent => ({ stream: "web", timestamp: 1, message });
const named = (name: string) => Object.assign(new Error(name), { name });

/** A service that answers as told, call by call, and a clock that runs while someone waits for it. */
function service(...answers: (EventPage | Error)[]) {
  const clock = new ManualClock();
  const calls: { token: string | undefined; atMs: number }[] = [];
  const startMs = clock.now();
  const client = {
    async filter(query: ReadQuery, token: string | undefined): Promise<EventPage> {
      assert.deepEqual(query, QUERY);
      calls.push({ token, atMs: clock.now() - startMs });
      const answer = answers[calls.length - 1] ?? { events: [], nextToken: undefined };
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const step = () => {
    if (clock.timers === 0) return;
    clock.advance(50);
    setImmediate(step);
  };
  const waiting = {
    now: clock.now,
    elapsed: clock.elapsed,
    eventsHandled: clock.eventsHandled,
    after(ms: number, callback: () => void) {
      setImmediate(step);
      return clock.after(ms, callback);
    },
  };
  return { clock, calls, readBack: new CloudWatchReadBack(client, waiting, () => 1) };
}

async function messagesOf(readBack: CloudWatchReadBack, signal = SIGNAL): Promise<string[]> {
  const messages: string[] = [];
  for await (const page of readBack.read(QUERY, signal)) messages.push(...page.map(({ message }) => message));
  return messages;
}

test("pages are read to the one without a token, empty ones among them", async () => {
  const { calls, readBack } = service(
    { events: [event("a")], nextToken: "1" },
    { events: [], nextToken: "2" },
    { events: [event("b"), event("c")], nextToken: undefined },
  );
  assert.deepEqual(await messagesOf(readBack), ["a", "b", "c"]);
  assert.deepEqual(
    calls.map(({ token }) => token),
    [undefined, "1", "2"],
  );
});

test("all reads together make at most four calls a second", async () => {
  const { calls, readBack } = service();
  await Promise.all(Array.from({ length: 6 }, () => messagesOf(readBack)));
  assert.deepEqual(
    calls.map(({ atMs }) => atMs),
    [0, 250, 500, 750, 1000, 1250],
  );
});

test("a clock that is set back by hours holds up no call", async () => {
  const { clock, calls, readBack } = service();
  await messagesOf(readBack);
  clock.advance(-3 * 3_600_000);
  const setBackMs = calls[0]!.atMs - 3 * 3_600_000;
  await messagesOf(readBack);
  assert.deepEqual(
    calls.map(({ atMs }) => atMs),
    [0, setBackMs + 250],
  );
});

test("a page is tried again after longer and longer pauses, and the count begins anew with the next", async () => {
  const passing = ["ThrottlingException", "ServiceUnavailableException", "TimeoutError", "NeverSeen"].map(
    named,
  );
  const { calls, readBack } = service(
    ...passing,
    { events: [event("a")], nextToken: "1" },
    ...passing,
    ...passing.slice(1),
    { events: [event("b")], nextToken: undefined },
  );
  assert.deepEqual(await messagesOf(readBack), ["a", "b"]);
  assert.deepEqual(
    calls.slice(0, 5).map(({ atMs }) => atMs),
    [0, 500, 1500, 3500, 7500],
  );
});

test("what does not pass within eight tries, or at all, is said with a hint", async () => {
  const eight = service(...Array.from({ length: 8 }, () => named("ThrottlingException")));
  const cause = named("AccessDeniedException");
  const denied = service(cause);
  await assert.rejects(messagesOf(eight.readBack), /cannot read back from the log group app: Throttling/);
  assert.equal(eight.calls.length, 8);
  await assert.rejects(messagesOf(denied.readBack), (error: DragonlogError) => {
    assert.ok(error instanceof DragonlogError);
    assert.equal(error.code, "DRAGONLOG_SINK_FAILED");
    assert.equal(error.cause, cause);
    assert.match(error.hint, /logs:FilterLogEvents/);
    return true;
  });
  assert.equal(denied.calls.length, 1);
});

test("a group that does not exist holds nothing", async () => {
  const { calls, readBack } = service(named("ResourceNotFoundException"));
  assert.deepEqual(await messagesOf(readBack), []);
  assert.equal(calls.length, 1);
});

test("a service that gives one page for ever is not asked for ever", async () => {
  const page = { events: [event("a")], nextToken: "1" };
  const { calls, readBack } = service(page, page, page);
  await assert.rejects(messagesOf(readBack), /the same page/);
  assert.equal(calls.length, 2);
});

test("an abort ends a read that waits", async () => {
  const { calls, readBack } = service(named("ThrottlingException"));
  const aborted = new AbortController();
  const reading = messagesOf(readBack, aborted.signal);
  aborted.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
  assert.equal(calls.length, 1);
});
