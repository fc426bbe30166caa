import type { ServedFault } from "../faults.js";
import type { LogStore } from "../log-store.js";

/** What an operation works with. */
export interface Context {
  readonly store: LogStore;
  /** Milliseconds since 1970-01-01 UTC, by the server's clock. */
  readonly now: number;
  /** The region of the caller's credential scope; stands in ARNs. */
  readonly region: string;
  /** `ids` keeps of each message only its identity. */
  readonly keep: "full" | "ids";
  /** What was ordered for this call of the operation itself. */
  readonly fault?: ServedFault;
}

/** The account that the stand-in plays. */
const account = "123456789012";

export function groupArn(region: string, group: string): string {
  return `arn:aws:logs:${region}:${account}:log-group:${group}`;
}
