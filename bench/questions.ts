/** The questions that `npm run bench` asks, in this order. */
import { noRedisServer } from "../test/harness/redis-server.js";

interface Question {
  readonly asks: string;
  /** What makes a short look of it. */
  readonly quick: readonly string[];
  /** Why it cannot run here. */
  readonly obstacle?: string | false;
}

/** Each is `bench/<name>/run.ts`. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  "log-call": {
    asks: "What does a log call cost its caller, and what does a SIGKILL take?",
    quick: ["--calls", "10000"],
  },
  context: { asks: "What does a context cost a log call?", quick: ["--calls", "10000"] },
  redact: { asks: "What does redaction cost a log call?", quick: ["--calls", "5000"] },
  ship: { asks: "How fast does a backlog reach the cloud?", quick: ["--records", "200000"] },
  flat: {
    asks: "Does a shipper stay as fast and as small when more waits?",
    quick: ["--records-large", "500000"],
  },
  buffer: {
    asks: "What does a record cost on its way into a store, there, and out of it?",
    quick: ["--records", "60000"],
    obstacle: noRedisServer,
  },
  watch: {
    asks: "What does it cost a shipper that people look on?",
    quick: ["--records", "200000"],
  },
  tail: {
    asks: "How long after its log call is a record seen?",
    quick: ["--records", "400"],
  },
  peers: {
    asks: "What becomes of records when things go wrong, by the ways that people have to CloudWatch?",
    quick: ["--only", "killed", "--only", "answers"],
  },
  start: { asks: "What does it cost to start?", quick: [] },
  idle: { asks: "What does it cost when nothing happens?", quick: ["--seconds", "5"] },
};
