/** How large a scenario is played: in full by the script, scaled down by `npm test`. */
export interface Shape {
  /** Records that the applications log in all. */
  readonly records: number;
  readonly perSecond: number;
  /** Milliseconds until the stand-in serves a call. */
  readonly latencyMs: number;
  /** What stands between the applications and the shippers, where the scenario does not say that. */
  readonly buffer: "journal" | "redis";
  /** How long after its last sign of life a shipper's share of the store goes to others. */
  readonly leaseExpiryMs: number;
  /** How long the fault lasts; between two kills, how long a process lives. */
  readonly faultMs: number;
  /** How long anything that is waited for may take, before the scenario has failed. */
  readonly deadlineMs: number;
  /** Of `dragonlog ship`, beside those that a scenario needs. */
  readonly shipFlags: readonly string[];
}

export const FULL: Omit<Shape, "faultMs"> = {
  records: 50_000,
  perSecond: 5000,
  latencyMs: 300,
  buffer: "journal",
  leaseExpiryMs: 30_000,
  deadlineMs: 300_000,
  shipFlags: ["--interval", "1s"],
};

export const SCALED_DOWN: Shape = {
  records: 5000,
  perSecond: 1500,
  latencyMs: 50,
  buffer: "journal",
  leaseExpiryMs: 2000,
  faultMs: 2000,
  deadlineMs: 60_000,
  shipFlags: ["--interval", "100ms", "--backoff-max", "1s"],
};
