/** Who is compared, and what happens to them. */

export const WAYS = {
  dragonlog: "dragonlog, shipping from inside",
  "winston-cloudwatch": "winston-cloudwatch",
  "pino-transport": "@serdnam/pino-cloudwatch-transport",
} as const;
export type WayName = keyof typeof WAYS;

export interface Scenario {
  readonly title: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** The application dies by SIGKILL when the last call has returned, and is started again for one more record. */
  readonly killed?: true;
  /** From here on, for so long, the cloud answers every call with 503. */
  readonly away?: { readonly fromSecond: number; readonly seconds: number };
  /** The cloud stores so many calls, and cuts the connection in place of an answer. */
  readonly answersLost?: number;
}

/** Of this one are the costs: those who are compared meet it one after the other. */
export const MEASURED = "plain";

export const SCENARIOS = {
  plain: { title: "nothing happens", perSecond: 2000, seconds: 10 },
  killed: { title: "SIGKILL", perSecond: 1000, seconds: 5, killed: true },
  away: {
    title: "the cloud is away for 30 s",
    perSecond: 500,
    seconds: 40,
    away: { fromSecond: 5, seconds: 30 },
  },
  quiet: {
    title: "the same, and hardly anything is logged",
    perSecond: 0.75,
    seconds: 40,
    away: { fromSecond: 5, seconds: 30 },
  },
  answers: { title: "three answers are lost", perSecond: 1000, seconds: 5, answersLost: 3 },
} as const satisfies Readonly<Record<string, Scenario>>;
export type ScenarioName = keyof typeof SCENARIOS;

export const GROUP = "peers";
export const SERVICE = "shop";

/** Each way writes it in its own form, with this text in it. */
export function textOf(n: number): string {
  return `order ${n} taken`;
}
