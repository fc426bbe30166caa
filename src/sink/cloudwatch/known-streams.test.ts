import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../sink.js";
import { KnownStreams } from "./known-streams.js";

const delivered: Answer = { verdict: "delivered", refused: [] };
const failed: Answer = { verdict: "retry", cause: "unavailable", error: new Error("503") };
const stream = { group: "g", stream: "s" };

/** Sends that are answered by hand, in the order in which they were begun. */
class Sends {
  readonly answers: ((answer: Answer) => void)[] = [];
  readonly send = (): Promise<Answer> => new Promise((resolve) => this.answers.push(resolve));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the first batch of a stream goes alone, and the others one a turn once it is answered", async () => {
  const streams = new KnownStreams();
  const sends = new Sends();
  const all = [1, 2, 3].map(() => streams.afterFirst(stream, sends.send));
  await turn();
  assert.equal(sends.answers.length, 1);
  sends.answers[0]!(delivered);
  for (const begun of [2, 3]) {
    while (sends.answers.length < begun) await turn();
    assert.equal(sends.answers.length, begun);
  }
  for (const answer of sends.answers) answer(delivered);
  assert.deepEqual(await Promise.all(all), [delivered, delivered, delivered]);
});

test("a first batch that fails holds nobody back for longer, and the next one finds out", async () => {
  const streams = new KnownStreams();
  const sends = new Sends();
  const first = streams.afterFirst(stream, sends.send);
  sends.answers[0]!(failed);
  assert.equal(await first, failed);
  void streams.afterFirst(stream, sends.send);
  void streams.afterFirst(stream, sends.send);
  await turn();
  assert.equal(sends.answers.length, 2);
});

test("streams do not wait for each other", async () => {
  const streams = new KnownStreams();
  const sends = new Sends();
  void streams.afterFirst(stream, sends.send);
  void streams.afterFirst({ group: "g", stream: "other" }, sends.send);
  await turn();
  assert.equal(sends.answers.length, 2);
});
