/** What waits, who delivers it, and what was set aside. */
import { existsSync } from "node:fs";
import { type JournalState, readJournals, totalWaiting } from "../../buffer/waiting.js";
import type { ParsedOptions } from "../../config/options.js";
import { deadFolderOf, deadLetterBytes } from "../../dead-letters/folder.js";
import { readForwarderReports } from "../../forward/report.js";
import { readReports } from "../../ship/report.js";
import { countedDoing, formatBytes, formatSpan } from "../../system/figures.js";
import { type Check, failed, ok, warning } from "./check.js";

/** CloudWatch takes nothing that is older than 14 days; from here on somebody should hurry. */
const OLD_MS = 10 * 86_400_000;
/** Of the room for dead letters, when it is time to look. */
const NEARLY_FULL = 0.8;

type Options = Pick<ParsedOptions<"doctor">, "buffer" | "deadBytesMax" | "to">;

/** Nothing where the folder is missing: nobody has logged there yet. */
export function checkWaiting(options: Options, nowMs: number): Check[] {
  const { dir } = options.buffer;
  if (!existsSync(dir)) return [];
  const journals = readJournals(dir, nowMs);
  return [
    ...journals.flatMap(({ writer, error }) =>
      error === undefined
        ? []
        : [
            failed(
              "journal",
              `${writer} cannot be read: ${error}`,
              "See to its permissions; nothing of it is delivered before.",
            ),
          ],
    ),
    checkBacklog(journals, options, nowMs),
    options.buffer.kind === "redis"
      ? checkForwarders(dir, totalWaiting(journals).records)
      : checkShippers(dir, totalWaiting(journals).records),
    checkDeadLetters(dir, options.deadBytesMax),
  ];
}

function checkBacklog(journals: readonly JournalState[], { to }: Options, nowMs: number): Check {
  const { records, bytes, oldestMs } = totalWaiting(journals);
  if (records === 0) return ok("backlog", "nothing waits");
  const ageMs = nowMs - (oldestMs ?? nowMs);
  const text = `${countedDoing(records, "record", "wait")} (${formatBytes(bytes)}), the oldest for ${formatSpan(ageMs)}`;
  return to.kind === "cloudwatch" && ageMs > OLD_MS
    ? warning(
        "backlog",
        text,
        "Ship them soon: what is older than 14 days is refused, and becomes dead letters.",
      )
    : ok("backlog", text);
}

function checkShippers(dir: string, waiting: number): Check {
  const reports = readReports(dir);
  if (reports.length > 0) {
    const names = reports.map(({ process, sink }) => `process ${process.pid} to ${sink}`);
    return ok("shipper", `running: ${names.join("; ")}`);
  }
  return waiting === 0
    ? ok("shipper", "none runs, and nothing waits for one")
    : warning(
        "shipper",
        "none runs, and records wait",
        "Start `dragonlog ship`; `dragonlog init systemd` and `dragonlog init cron` write what starts it always.",
      );
}

function checkForwarders(dir: string, waiting: number): Check {
  const reports = readForwarderReports(dir);
  const heldUp = reports.flatMap(({ process: { pid }, trouble }) =>
    trouble === undefined ? [] : [`process ${pid} is held up (${trouble.cause}: ${trouble.detail})`],
  );
  if (heldUp.length > 0) {
    return warning(
      "forwarder",
      heldUp.join("; "),
      "See what the checks of the store say; it is tried again.",
    );
  }
  if (reports.length > 0) {
    const names = reports.map(({ process, store }) => `process ${process.pid} to ${store}`);
    return ok("forwarder", `running: ${names.join("; ")}`);
  }
  return waiting === 0
    ? ok("forwarder", "none runs, and nothing waits for one")
    : warning(
        "forwarder",
        "none runs, and records wait in the journals",
        "Start the application again, or `dragonlog ship` or `dragonlog flush` here with this buffer.",
      );
}

function checkDeadLetters(dir: string, bytesMax: number): Check {
  const folder = deadFolderOf(dir);
  const bytes = deadLetterBytes(folder);
  if (bytes === 0) return ok("dead letters", "none");
  const text = `${formatBytes(bytes)} of ${formatBytes(bytesMax)} in ${folder}`;
  const advice = "See why with `dragonlog dead list`; then `dragonlog dead replay` sends them again.";
  return bytes > bytesMax * NEARLY_FULL
    ? failed("dead letters", `${text}: nearly full, and what finds no room blocks its stream`, advice)
    : warning("dead letters", text, advice);
}
