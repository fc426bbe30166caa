/** For tests: the strict stand-in for CloudWatch Logs, its faults, and the count of what it holds. */
export type { CredentialError } from "./aws-error.js";
export {
  FakeCloudWatch,
  type FakeCloudWatchOptions,
  type StoredEvent,
  type StoredGroup,
} from "./fake-cloudwatch.js";
export type {
  ArmedFault,
  Fault,
  FaultPlan,
  FaultScope,
  LatencyFault,
  RejectFault,
  ShortPageFault,
  SkewedDateFault,
} from "./faults.js";
export { type RunFakeCloudOptions, runFakeCloud } from "./run-fake-cloud.js";
export type { Stats } from "./stats.js";
export type { ExpectedCounts, Tally, TallyReport, WriterTally } from "./tally.js";
