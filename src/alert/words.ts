/** What a notice says to people: pure, and without any form. Foreign texts in it are as hostile as they came. */
import { dirname } from "node:path";
import { defaultJournalDir } from "../config/places.js";
import type { FailureCause } from "../sink/sink.js";
import { formatBytes, formatSpan } from "../system/figures.js";
import type { Alert, Backlog } from "./alert.js";
import type { Notice } from "./notice.js";

export interface Letter {
  /** The subject, without the machine. */
  readonly title: string;
  /** What happened and what follows from it, in sentences. */
  readonly summary: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What to do. */
  readonly steps: readonly Step[];
}

interface Step {
  readonly text: string;
  readonly command?: string;
}

type Kind = Alert["kind"];
type Of<K extends Kind> = Extract<Alert, { kind: K }>;
/** `dirFlag` is what a command needs to find the shipper's journals, with a space before it. */
type Wording = { readonly [K in Kind]: (alert: Of<K>, notice: Notice, dirFlag: string) => Letter };

/** `journalDir` is where the shipper's journals live; undefined for the default. */
export function letterOf(notice: Notice, journalDir: string | undefined): Letter {
  const { alert } = notice;
  const dir =
    alert.kind === "dead-letters" || alert.kind === "dead-letter-space" ? dirname(alert.dir) : journalDir;
  const word = WORDING[alert.kind] as (alert: Alert, notice: Notice, dirFlag: string) => Letter;
  const letter = word(alert, notice, dirFlagOf(dir));
  return { ...letter, facts: [...letter.facts, ...gatheredFacts(notice)] };
}

const FAILING: Readonly<Record<FailureCause, string>> = {
  throttled: "asks for fewer requests",
  unavailable: "answers with errors",
  timeout: "does not answer in time",
  network: "cannot be reached",
  credentials: "refuses the credentials",
  denied: "does not permit it",
  data: "refuses what it is sent",
};

const WORDING: Wording = {
  "dead-letters": (alert, notice, dirFlag) => ({
    title: `${count(alert.records)} refused for good: ${alert.reason}`,
    summary:
      `The destination refused ${count(alert.records)} for good. They are kept as dead letters, and the rest is ` +
      "delivered.",
    facts: [
      ["Destination", placesOf(notice)],
      ["Records", number(alert.records)],
      ["Logged", `${time(alert.fromMs)} to ${time(alert.toMs)}`],
      ["Why", alert.detail === "" ? alert.reason : `${alert.reason}: ${alert.detail}`],
      ["Dead letters", alert.dir],
    ],
    steps: [
      { text: "Look at them:", command: `dragonlog dead list --reason ${quote(alert.reason)}${dirFlag}` },
      isTooLate(alert.reason)
        ? {
            text: "The destination would refuse them again for their age. Keep a copy:",
            command: `dragonlog dead export --reason ${quote(alert.reason)}${dirFlag}`,
          }
        : {
            text: "Send them again, when the reason is mended:",
            command: `dragonlog dead replay --reason ${quote(alert.reason)}${dirFlag}`,
          },
    ],
  }),

  outage: (alert, notice, dirFlag) => {
    const { sinceMs, backlog, sink, detail } = alert;
    const over = notice.endedAtMs;
    return {
      title:
        over === undefined
          ? `${sink} ${FAILING[alert.cause]}; ${count(backlog.records)} wait`
          : `${sink} was away, and is back`,
      summary:
        over === undefined
          ? "What is logged waits on this machine as long as there is room, and goes by itself when the destination is back."
          : "The destination was away for a while. What waited is being delivered.",
      facts: [
        ["Destination", sink],
        ["Since", time(sinceMs)],
        ...(over === undefined ? [] : [["Until", time(over)] as const]),
        ["Seen", placesOf(notice)],
        ["Last error", detail],
        ...backlogFacts(backlog, notice),
      ],
      steps: over === undefined ? [{ text: "See what waits:", command: `dragonlog status${dirFlag}` }] : [],
    };
  },

  recovered: ({ sink, destination, sinceMs, backlog }, notice) => ({
    title:
      destination === undefined
        ? `${sink} is back after ${formatSpan(notice.lastAtMs - sinceMs)}`
        : `${sink} permits what it refused for ${formatSpan(notice.lastAtMs - sinceMs)}`,
    summary: "Records are delivered again. What has waited meanwhile is on its way, in order.",
    facts: [
      ["Destination", destination === undefined ? sink : `${sink}: ${placesOf(notice)}`],
      ["Away", `${time(sinceMs)} to ${time(notice.lastAtMs)}`],
      ...waitingFacts(backlog, notice),
    ],
    steps: [],
  }),

  refused: (alert, notice, dirFlag) => {
    const over = notice.endedAtMs;
    return {
      title:
        over === undefined
          ? `${alert.sink} ${FAILING[alert.cause]}; ${count(alert.backlog.records)} wait for a person`
          : `${alert.sink} refused for a while, and takes records again`,
      summary:
        over === undefined
          ? "Only a person can mend this. Nothing is lost meanwhile: what is logged waits on this machine, as long as there is room."
          : "It was mended. What waited is being delivered.",
      facts: [
        ["Destination", notice.places.length === 0 ? alert.sink : `${alert.sink}: ${placesOf(notice)}`],
        ["Since", time(alert.sinceMs)],
        ...(over === undefined ? [] : [["Until", time(over)] as const]),
        ["Answer", alert.detail],
        ...backlogFacts(alert.backlog, notice),
      ],
      steps: over === undefined ? REFUSED_STEPS[alert.cause](dirFlag) : [],
    };
  },

  "journal-space": (alert, notice, dirFlag) => ({
    title: `the journal of ${alert.service} is ${percent(alert)} full`,
    summary:
      "When it is full, records are dropped as whenFull says, and counted. Until then nothing is lost.",
    facts: [
      ["Service", placesOf(notice)],
      ["Journal", alert.dir],
      ["On disk", `${formatBytes(alert.bytes)} of ${formatBytes(alert.bytesMax)}`],
      ...backlogFacts(alert.backlog, notice),
    ],
    steps: [
      { text: "See whether a shipper runs, and what it meets:", command: `dragonlog status${dirFlag}` },
      { text: "Give it more room: set journalBytesMax of the service higher and start the service again." },
    ],
  }),

  "store-space": (alert, notice, dirFlag) => ({
    title: `${alert.store} is ${percent(alert)} full; ${count(alert.backlog.records)} wait in it`,
    summary:
      "When its budget is reached, nothing more is put there: records wait in the journals of the machines that log, as long as " +
      "these have room, and go on by themselves when shippers have made room in the store.",
    facts: [
      ["Store", alert.store],
      ["Memory", `${formatBytes(alert.bytes)} used of ${formatBytes(alert.bytesMax)}`],
      ...backlogFacts(alert.backlog, notice),
    ],
    steps: [
      {
        text: "See who ships it and what they meet:",
        command: `dragonlog status --buffer ${quote(alert.store)}${dirFlag}`,
      },
      { text: "Where the destination takes what it is sent, start more shippers." },
      {
        text: "Or give the store more memory: maxmemory of the server, and storeBytesMax where it is set.",
      },
    ],
  }),

  "store-evicts": ({ store, backlog }, notice) => ({
    title: `${store} deletes what it was given when it is full`,
    summary:
      "Records that wait there, and the leases of shippers, may be deleted at any moment. Nothing more is put there until this is " +
      "mended. What was deleted by then is sent again from the journals of the machines that log.",
    facts: [["Store", store], ...waitingFacts(backlog, notice)],
    steps: [
      { text: "Redis or Valkey:", command: "redis-cli CONFIG SET maxmemory-policy noeviction" },
      { text: "Write the same into its configuration. Start Dragonfly without --cache_mode." },
    ],
  }),

  "dead-letter-space": (alert, _notice, dirFlag) => ({
    title: `the dead letters take ${percent(alert)} of their room`,
    summary: "When it is full, what would become a dead letter stays in the journal and takes room there.",
    facts: [
      ["Dead letters", alert.dir],
      ["On disk", `${formatBytes(alert.bytes)} of ${formatBytes(alert.bytesMax)}`],
    ],
    steps: [
      { text: "See what they are:", command: `dragonlog dead list${dirFlag}` },
      { text: "Send them again:", command: `dragonlog dead replay${dirFlag}` },
      { text: "Or take a copy, and drop them:", command: `dragonlog dead export${dirFlag}` },
      { text: "Or give them more room with deadBytesMax." },
    ],
  }),

  drops: (alert, notice, dirFlag) => ({
    title: `${count(alert.records)} dropped: ${alert.cause}`,
    summary: `A writer had to drop ${count(alert.records)}. They are lost; how many and of which level stands in the stream itself.`,
    facts: [
      ["Service", placesOf(notice)],
      ["Records", number(alert.records)],
      ["Why", alert.cause],
    ],
    steps: [
      { text: "See whether a shipper runs, and what it meets:", command: `dragonlog status${dirFlag}` },
      { text: "Where a journal was full, journalBytesMax gives it more room." },
    ],
  }),

  expiring: (alert, notice, dirFlag) => ({
    title: `records will be too old for ${alert.sink} in ${formatSpan(alert.edgeMs - notice.lastAtMs)}`,
    summary:
      "The destination takes no records beyond a certain age. From then on the oldest of what waits become dead letters: " +
      "they are kept, but not delivered.",
    facts: [
      ["Destination", alert.sink],
      ["Oldest record", time(alert.oldestMs)],
      ["Too old from", time(alert.edgeMs)],
      ...backlogFacts(alert.backlog, notice),
    ],
    steps: [{ text: "See why they are not delivered:", command: `dragonlog status${dirFlag}` }],
  }),

  test: ({ host }) => ({
    title: "test",
    summary: `Alerts of ${host} arrive here. Somebody asked for this one with \`dragonlog alert test\`; there is nothing to do.`,
    facts: [],
    steps: [],
  }),
};

const REFUSED_STEPS: Readonly<Record<Of<"refused">["cause"], (dirFlag: string) => readonly Step[]>> = {
  credentials: (dirFlag) => [
    { text: "See whose credentials this machine has:", command: "aws sts get-caller-identity" },
    {
      text:
        "Renew them where the AWS SDK finds them: the variables AWS_ACCESS_KEY_ID and so on, ~/.aws/credentials, or the role " +
        "of the machine. Start the shipper again after variables have changed; the others it sees by itself.",
    },
    { text: "Check:", command: `dragonlog doctor${dirFlag}` },
  ],
  denied: (dirFlag) => [
    {
      text:
        "Permit logs:PutLogEvents, logs:CreateLogStream and logs:CreateLogGroup on this log group to the identity that the " +
        "answer names. `dragonlog init` prints the smallest IAM policy that works. The shipper goes on by itself.",
    },
    { text: "Check:", command: `dragonlog doctor${dirFlag}` },
  ],
};

function gatheredFacts({ times, firstAtMs, lastAtMs }: Notice): Letter["facts"] {
  return times === 1
    ? [["Told", time(lastAtMs)]]
    : [["Told", `${number(times)} times from ${time(firstAtMs)} to ${time(lastAtMs)}, gathered in this one`]];
}

function waitingFacts({ records, bytes, oldestMs }: Backlog, { lastAtMs }: Notice): Letter["facts"] {
  const age =
    oldestMs === undefined ? "" : `, the oldest of ${time(oldestMs)} (${formatSpan(lastAtMs - oldestMs)})`;
  return [["Waiting", `${count(records)}, ${formatBytes(bytes)}${age}`]];
}

function backlogFacts(backlog: Backlog, notice: Notice): Letter["facts"] {
  const room =
    backlog.roomMs === undefined
      ? "not known at the present rate"
      : `${formatSpan(backlog.roomMs)} at the present rate, until ${time(notice.lastAtMs + backlog.roomMs)}`;
  return [...waitingFacts(backlog, notice), ["Room lasts", room]];
}

function placesOf({ places, morePlaces }: Notice): string {
  return places.length === 0 ? "not known" : `${places.join(", ")}${morePlaces ? " and others" : ""}`;
}

/** Reasons that time alone makes worse. */
function isTooLate(reason: string): boolean {
  return reason === "too-old" || reason === "expired";
}

function dirFlagOf(dir: string | undefined): string {
  return dir === undefined || dir === defaultJournalDir() ? "" : ` --journal-dir ${quote(dir)}`;
}

/** As a shell of POSIX reads it: one word, whatever stands in it. */
function quote(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function percent({ bytes, bytesMax }: { bytes: number; bytesMax: number }): string {
  return `${Math.floor((100 * bytes) / bytesMax)} %`;
}

function count(records: number): string {
  return records === 1 ? "1 record" : `${number(records)} records`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** Beyond what a date can hold it is the number, which is still an answer. */
function time(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
