/** The groups in which people look for an option: the chapters of docs/options.md and the headings of `--help`. */
import type { OptionKey } from "./options.js";

export interface OptionGroup {
  readonly title: string;
  /** What they have in common, in a sentence or two. */
  readonly text: string;
  readonly keys: readonly OptionKey[];
}

/** Every option stands in one of them. */
export const OPTION_GROUPS: readonly OptionGroup[] = [
  {
    title: "Journals",
    text: "Where records wait. Writers and shippers must agree on it.",
    keys: ["journalDir", "buffer"],
  },
  {
    title: "Writing",
    text: "Of the logger, and of the commands that log for others.",
    keys: [
      "service",
      "level",
      "traceContext",
      "segmentBytes",
      "journalBytesMax",
      "whenFull",
      "syncMs",
      "quiet",
      "severity",
      "multiline",
    ],
  },
  {
    title: "Privacy and noise",
    text: "What of a record is never stored, and how many records are. See [privacy.md](privacy.md).",
    keys: ["redact", "redactBy", "redactSalt", "limit", "sample"],
  },
  {
    title: "Store",
    text: "How records go from the journals into a store, and out of it, where buffer names one.",
    keys: ["linger", "blockBytes", "codec", "storeBytesMax", "journal", "list", "leaseExpiry"],
  },
  {
    title: "Destination",
    text: "Where records go, and what is created there.",
    keys: ["to", "region", "group", "stream", "endpoint", "retentionDays", "logClass"],
  },
  {
    title: "Shipping",
    text: "When records are sent, and how much is on its way at once.",
    keys: [
      "interval",
      "flushRecords",
      "flushBytes",
      "inFlightMax",
      "requestTimeout",
      "drainDeadline",
      "once",
    ],
  },
  {
    title: "Failure policy",
    text: "What becomes of a batch that does not go through. The defaults suit nearly everyone.",
    keys: ["tries", "splitWays", "backoffBase", "backoffMax", "exactlyOnce", "verifySettle", "deadBytesMax"],
  },
  {
    title: "Alerts",
    text: "Who is told when people are needed. `dragonlog alert test` sends one.",
    keys: ["mailTo", "mailFrom", "smtp", "webhook", "alertEvery"],
  },
  {
    title: "Page",
    text: "Of the page, the metrics and the live records that a shipper serves.",
    keys: ["listen", "token", "readOnly"],
  },
  {
    title: "Live records",
    text: "Which records `dragonlog tail` shows, and how.",
    keys: ["last", "follow", "type", "requestId", "grep", "where", "pretty", "url"],
  },
  {
    title: "Single commands",
    text: "Of the commands that are named.",
    keys: ["deadline", "since", "reason", "dryRun", "force", "watch", "stay", "host", "port"],
  },
  {
    title: "All commands",
    text: "Where options are read from, and in which form is reported.",
    keys: ["json", "config"],
  },
];
