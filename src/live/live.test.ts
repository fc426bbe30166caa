import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { append, openJournal, temporaryFolder, textOf } from "../journal/journal.cases.js";
import type { Journal } from "../journal/journal.js";
import type { DragonlogError } from "../system/errors.js";
import { type Live, type LiveOptions, type LiveSink, openLive } from "./live.js";
import { type LiveStep, stepOf } from "./live-step.js";
import type { LiveRequest } from "./query.js";
import { recentOf, recordOf } from "./records.cases.js";

const NOTHING_RECENT = { added: 0, all: () => [], ranges: () => [], find: () => undefined };
/** Backtracks over it for longer than anyone waits. */
const HOSTILE_LINE = `${"a".repeat(60)}!`;
const HOSTILE_GREP = "/^(a+)+$/";
/** Longer than a busy machine keeps a thread from the few milliseconds of a turn. */
const HANG_MS = 1500;

class Watching implements LiveSink {
  readonly steps: LiveStep[] = [];
  readonly leave = new AbortController();
  error: DragonlogError | undefined;
  ends = 0;
  #onNews = (): void => {};

  constructor(live: Live, request: LiveRequest) {
    live.view(request, this, this.leave.signal);
  }

  get texts(): string[] {
    return this.steps.flatMap(({ records }) => records.map((text) => JSON.parse(text).data as string));
  }

  send(text: string): boolean | Promise<void> {
    this.steps.push(stepOf(text)!);
    this.#onNews();
    return true;
  }

  end(error?: DragonlogError): void {
    this.ends++;
    this.error = error;
    this.#onNews();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#onNews = resolve;
      });
    }
  }
}

class Stalled extends Watching {
  readonly #untaken: (() => void)[] = [];

  takeAll(): void {
    for (const take of this.#untaken.splice(0)) take();
  }

  override send(text: string): Promise<void> {
    super.send(text);
    return new Promise((resolve) => {
      this.#untaken.push(resolve);
    });
  }
}

function open(t: TestContext, options: Partial<LiveOptions> = {}): { live: Live; journal: Journal } {
  const dir = temporaryFolder(t);
  // The thread does not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  const { journal } = openJournal(dir);
  t.after(() => journal.closeNow());
  const live = openLive({
    buffer: { kind: "journal", dir },
    lists: [],
    recent: NOTHING_RECENT,
    hangMs: HANG_MS,
    ...options,
  });
  t.after(() => live.close());
  return { live, journal };
}

test("viewers see what they asked for, each by itself", async (t) => {
  const { live, journal } = open(t);
  for (const text of ["one", "two", "three"]) append(journal, text);
  const all = new Watching(live, { follow: true, last: 2 });
  const some = new Watching(live, { follow: true, sinceMs: 0, grep: "/^t/" });
  await all.until(() => all.texts.length === 2);
  await some.until(() => some.texts.length === 2);
  append(journal, "four");
  append(journal, "ten");
  await all.until(() => all.texts.length === 4);
  await some.until(() => some.texts.length === 3);
  assert.deepEqual(all.texts, ["two", "three", "four", "ten"]);
  assert.deepEqual(some.texts, ["two", "three", "ten"]);
  assert.equal(live.viewers, 2);
  all.leave.abort();
  assert.deepEqual([all.ends, all.error, live.viewers], [1, undefined, 1]);
});

test("what was delivered lately stands before it", async (t) => {
  const recent = Array.from({ length: 5 }, (_, seq) =>
    recentOf(recordOf({ writer: "gone", seq, data: `old ${seq}` })),
  );
  const { live, journal } = open(t, {
    recent: { ...NOTHING_RECENT, all: () => recent, find: (_, seq) => recent[seq] },
  });
  append(journal, "new");
  const watching = new Watching(live, { follow: false, last: 3 });
  await watching.until(() => watching.ends > 0);
  assert.deepEqual(watching.texts, ["old 3", "old 4", "new"]);
});

test("what was delivered lately and cannot be read ends who asked for it, and nobody else", async (t) => {
  const all = () => {
    throw new RangeError("Array buffer allocation failed");
  };
  const { live, journal } = open(t, { recent: { ...NOTHING_RECENT, all } });
  const following = new Watching(live, { follow: true });
  const watching = new Watching(live, { follow: false, last: 3 });
  await watching.until(() => watching.ends > 0);
  assert.equal(watching.error?.code, "DRAGONLOG_LIVE_FAILED");
  assert.match(watching.error.message, /allocation failed/);
  await following.until(() => following.steps.length > 0);
  append(journal, "later");
  await following.until(() => following.texts.length === 1);
  assert.deepEqual([following.ends, live.viewers], [0, 1]);
});

test("a record is found by its id, delivered or not", async (t) => {
  const old = recentOf(recordOf({ writer: "gone", seq: 3, data: "old" }));
  const find = (writer: string, seq: number) => (writer === "gone" && seq === 3 ? old : undefined);
  const { live, journal } = open(t, { recent: { ...NOTHING_RECENT, find } });
  append(journal, "new");
  assert.equal(`${await live.find("gone-3")}`, textOf(recordOf({ writer: "gone", seq: 3, data: "old" })));
  assert.equal(JSON.parse(`${await live.find("writer-0")}`).data, "new");
  for (const id of ["writer-1", "gone-4", "../writer-0", "", "x", "\u0000-1"]) {
    assert.equal(await live.find(id), undefined, id);
  }
});

test("an expression that does not come back ends its viewer; the others go on where they were", async (t) => {
  const { live, journal } = open(t);
  append(journal, "before", Date.now() - 1000);
  const others = [
    new Watching(live, { follow: true, last: 10 }),
    new Watching(live, { follow: true }),
    new Watching(live, { follow: true, grep: "/^\\w+r$/" }),
  ];
  for (const other of others) await other.until(() => other.steps.some(({ caughtUp }) => caughtUp));
  const hostile = new Watching(live, { follow: true, grep: HOSTILE_GREP });
  await hostile.until(() => hostile.steps.length > 0);
  append(journal, HOSTILE_LINE);
  append(journal, "after");
  await hostile.until(() => hostile.ends > 0);
  assert.equal(hostile.error?.code, "DRAGONLOG_FILTER_TOO_SLOW");
  assert.ok(hostile.error.message.includes(HOSTILE_GREP), hostile.error.message);
  append(journal, "later");
  for (const other of others) await other.until(() => other.texts.at(-1) === "later");
  assert.deepEqual(others[0]!.texts, ["before", HOSTILE_LINE, "after", "later"]);
  assert.deepEqual(others[1]!.texts, [HOSTILE_LINE, "after", "later"]);
  assert.deepEqual(others[2]!.texts, ["after", "later"]);
  for (const { steps, ends } of others) {
    assert.deepEqual([steps.filter(({ caughtUp }) => caughtUp).length, ends], [1, 0]);
  }
});

test("a viewer that does not take its events gets no more, and holds up nobody", async (t) => {
  const { live, journal } = open(t);
  const stalled = new Stalled(live, { follow: true });
  const other = new Watching(live, { follow: true });
  for (const each of [stalled, other]) await each.until(() => each.steps.length === 1);
  for (let n = 0; n < 20; n++) {
    append(journal, `${n}`);
    await other.until(() => other.texts.length === n + 1);
  }
  assert.ok(stalled.steps.length <= 2, `${stalled.steps.length} events`);
  while (stalled.texts.length < 20) {
    const { length } = stalled.steps;
    stalled.takeAll();
    await stalled.until(() => stalled.steps.length > length);
  }
  assert.deepEqual(stalled.texts, other.texts);
  // What was not asked for came together in the end, and had not piled up somewhere.
  assert.ok(stalled.steps.length <= 5, `${stalled.steps.length} events`);
});

test("the end is told when the last event is taken, and not while it is under way", async (t) => {
  const { live, journal } = open(t);
  for (let n = 0; n < 100; n++) append(journal, "x".repeat(10_000));
  let underWay = 0;
  let records = 0;
  await new Promise<void>((resolve, reject) => {
    const sink: LiveSink = {
      async send(text) {
        underWay++;
        if (underWay > 1) reject(new Error("two at once"));
        await new Promise((resolve) => setTimeout(resolve, 20));
        records += stepOf(text)!.records.length;
        underWay--;
      },
      end: () => resolve(),
    };
    live.view({ follow: false }, sink, new AbortController().signal);
  });
  assert.deepEqual([underWay, records], [0, 100]);
});

test("a sink that wants no more, or throws, is left alone from then on", async (t) => {
  const { live } = open(t);
  const failing: (() => boolean | Promise<void>)[] = [
    () => false,
    () => Promise.reject(new Error("gone")),
    () => {
      throw new Error("gone");
    },
  ];
  for (const send of failing) {
    let sent = 0;
    const error = await new Promise((resolve) => {
      const sink = {
        send: () => {
          sent++;
          return send();
        },
        end: resolve,
      };
      live.view({ follow: true }, sink, new AbortController().signal);
    });
    assert.deepEqual([error, sent, live.viewers], [undefined, 1, 0]);
  }
});

test("what cannot be understood, and one viewer too many, is refused at once", async (t) => {
  const { live } = open(t);
  const refused = (request: LiveRequest, code: string) =>
    assert.throws(() => new Watching(live, request), { code });
  refused({ follow: true, grep: "/(/" }, "DRAGONLOG_OPTION_INVALID");
  const watching = Array.from({ length: 32 }, () => new Watching(live, { follow: true }));
  refused({ follow: true }, "DRAGONLOG_BUSY");
  watching[0]!.leave.abort();
  const last = new Watching(live, { follow: true });
  await last.until(() => last.steps.length === 1);
  live.close();
  assert.deepEqual([last.ends, live.viewers], [1, 0]);
  refused({ follow: true }, "DRAGONLOG_LIVE_FAILED");
});

test("a buffer that cannot be opened is told to its viewer", async (t) => {
  const { live } = open(t, { buffer: { kind: "journal", dir: "/dev/null/journal" } });
  const watching = new Watching(live, { follow: true });
  await watching.until(() => watching.ends > 0 || watching.steps.length > 0);
  assert.equal(watching.error?.code, "DRAGONLOG_JOURNAL_UNAVAILABLE");
});

test("a viewer who comes back after the thread has ended gets a new one", async (t) => {
  const { live, journal } = open(t, { idleMs: 1 });
  for (const text of ["one", "two"]) {
    append(journal, text);
    const watching = new Watching(live, { follow: true, last: 1 });
    await watching.until(() => watching.texts.length === 1);
    assert.deepEqual(watching.texts, [text]);
    watching.leave.abort();
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
  }
});
