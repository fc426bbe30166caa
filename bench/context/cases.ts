/** What is compared: the same small record, and where and how it is logged. */

export const CASES = {
  never: "log call, no context was ever made",
  outside: "log call outside of any, after one was made",
  id: "log call in a context with a request_id",
  members: "log call in a context with a request_id and two members",
  child: "log call of a child with the same, and no context",
  each: "context with a request_id, and a log call in it",
  await: "await, no context was ever made",
  "await-after": "await, after one was made",
} as const;
export type CaseName = keyof typeof CASES;

export interface Order {
  readonly name: CaseName;
  readonly dir: string;
  readonly calls: number;
}

export interface Measured {
  readonly nsPerCall: number;
}
