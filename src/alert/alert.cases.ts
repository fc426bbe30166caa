/** One alert of every kind, and a channel that is played by a test. */
import type { Alert, Backlog } from "./alert.js";
import { type Channel, ChannelFailure, type Receipt } from "./channel.js";
import type { Message } from "./text.js";

export const NOW_MS = Date.UTC(2026, 0, 15, 12);

export const BACKLOG: Backlog = {
  records: 1204,
  bytes: 13_000_000,
  oldestMs: NOW_MS - 3 * 3_600_000,
  roomMs: 5 * 3_600_000,
};

type Kind = Alert["kind"];

export const ALERTS: { readonly [K in Kind]: Extract<Alert, { kind: K }> } = {
  "dead-letters": {
    kind: "dead-letters",
    destination: { group: "shop", stream: "web" },
    records: 12,
    fromMs: NOW_MS - 5000,
    toMs: NOW_MS - 1000,
    reason: "invalid",
    detail: "InvalidParameterException: not like this",
    dir: "/var/lib/dragonlog/journal/dead",
  },
  outage: {
    kind: "outage",
    sink: "cloudwatch us-east-1",
    sinceMs: NOW_MS - 60_000,
    cause: "timeout",
    detail: "no answer in 30 s",
    backlog: BACKLOG,
  },
  recovered: {
    kind: "recovered",
    sink: "cloudwatch us-east-1",
    destination: undefined,
    sinceMs: NOW_MS - 600_000,
    backlog: BACKLOG,
  },
  refused: {
    kind: "refused",
    sink: "cloudwatch us-east-1",
    cause: "credentials",
    destination: undefined,
    sinceMs: NOW_MS - 60_000,
    detail: "ExpiredTokenException: the token has expired",
    backlog: BACKLOG,
  },
  "journal-space": {
    kind: "journal-space",
    service: "web",
    dir: "/var/lib/dragonlog/journal/w1",
    bytes: 900_000_000,
    bytesMax: 1_000_000_000,
    backlog: BACKLOG,
  },
  "store-space": {
    kind: "store-space",
    store: "redis://cache",
    level: 70,
    bytes: 3 << 28,
    bytesMax: 1 << 30,
    backlog: BACKLOG,
  },
  "store-evicts": { kind: "store-evicts", store: "redis://cache", backlog: BACKLOG },
  "dead-letter-space": {
    kind: "dead-letter-space",
    dir: "/var/lib/dragonlog/journal/dead",
    bytes: 850_000_000,
    bytesMax: 1_000_000_000,
  },
  drops: { kind: "drops", service: "web", records: 1204, cause: "journal full" },
  expiring: {
    kind: "expiring",
    sink: "cloudwatch us-east-1",
    oldestMs: NOW_MS - 11 * 86_400_000,
    edgeMs: NOW_MS + 3 * 86_400_000,
    backlog: BACKLOG,
  },
  test: { kind: "test", host: "web-1" },
};

type Outcome = "takes" | "fails" | "refuses" | "hangs";

/** Takes, fails, refuses for good or hangs until it is aborted, as `outcome` says at the time. */
export class PlayedChannel implements Channel {
  readonly to = "nowhere";
  readonly taken: Message[] = [];
  outcome: Outcome = "takes";
  tries = 0;

  constructor(readonly name: Channel["name"] = "mail") {}

  send(message: Message, signal: AbortSignal): Promise<Receipt> {
    this.tries++;
    switch (this.outcome) {
      case "takes":
        this.taken.push(message);
        return Promise.resolve({ answer: "250 thank you" });
      case "fails":
        return Promise.reject(new ChannelFailure("unreachable", "nobody there", false));
      case "refuses":
        return Promise.reject(new ChannelFailure("refused", "550 no", true));
      case "hangs":
        return new Promise((_resolve, reject) => {
          const end = () => reject(new ChannelFailure("unreachable", "aborted", false));
          if (signal.aborted) end();
          signal.addEventListener("abort", end, { once: true });
        });
    }
  }

  /** The subjects of what was taken, without the machine. */
  get titles(): string[] {
    return this.taken.map(({ subject }) => subject.replace(/^\[dragonlog\] \w+: /, ""));
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
