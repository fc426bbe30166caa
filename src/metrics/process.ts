/** What this process takes, under the names that all Prometheus clients use; read when it is asked for, and never else. */
import { gauge, type Metric, seconds } from "./metric.js";
import { labelText, one } from "./samples.js";

const MICROSECONDS_PER_SECOND = 1e6;

export const PROCESS: readonly Metric[] = [
  gauge(
    "dragonlog_build_info",
    ["version", "node"],
    "1, for the versions of dragonlog and Node.js.",
    ({ overview }) => [{ labels: { version: labelText(overview.version), node: process.version }, value: 1 }],
  ),
  {
    name: "process_cpu_seconds_total",
    type: "counter",
    help: "CPU time of this process, user and system.",
    labels: [],
    read: () => {
      const { user, system } = process.cpuUsage();
      return one((user + system) / MICROSECONDS_PER_SECOND);
    },
  },
  gauge("process_resident_memory_bytes", [], "Memory of this process.", () => one(process.memoryUsage.rss())),
  gauge("process_start_time_seconds", [], "When this process started, in seconds since 1970.", () =>
    one(seconds(Math.floor(performance.timeOrigin))),
  ),
];
