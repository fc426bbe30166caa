/** `dragonlog doctor`: looks at everything that shipping from this machine needs, and says what to do. */
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { checkAlerts } from "./doctor/alerts.js";
import { type Check, type CheckState, errorText, failed } from "./doctor/check.js";
import { checkDestination } from "./doctor/destination.js";
import { checkJournalFolder } from "./doctor/journal-folder.js";
import { checkConfig, checkMapping, checkNode } from "./doctor/machine.js";
import { checkPage } from "./doctor/page.js";
import { checkStore } from "./doctor/store.js";
import { checkWaiting } from "./doctor/waiting.js";

const LABELS: Readonly<Record<CheckState, string>> = { ok: "ok     ", warning: "WARNING", failed: "FAILED " };

/** Exit code 1 when a check has failed, 0 otherwise. */
export async function runDoctor(options: ParsedOptions<"doctor">, io: Io): Promise<number> {
  const groups: [name: string, look: () => Check[] | Promise<Check[]>][] = [
    ["machine", () => [checkConfig(options, process.cwd()), checkNode(), checkMapping()]],
    ["journal folder", () => checkJournalFolder(options)],
    ["backlog", () => checkWaiting(options, systemClock.now())],
    ["store", () => checkStore(options, io.signal)],
    ["destination", () => checkDestination(options, io.signal)],
    ["alerts", () => checkAlerts(options, io.signal)],
    ["page", () => checkPage(options)],
  ];
  const checks = (await Promise.all(groups.map(([name, look]) => guarded(name, look)))).flat();
  const done = checks.every(({ state }) => state !== "failed");
  if (options.json) io.stdout.write(`${JSON.stringify({ ok: done, checks })}\n`);
  else io.stdout.write(reportOf(checks));
  return done ? 0 : 1;
}

/** A look that breaks down is a finding too, and must not hide the others. */
async function guarded(name: string, look: () => Check[] | Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    return [
      failed(
        name,
        `could not be looked at: ${errorText(error)}`,
        "See to that first, then run doctor again.",
      ),
    ];
  }
}

function reportOf(checks: readonly Check[]): string {
  const named = checks.map((check) => ({ ...check, name: printable(check.name) }));
  const width = Math.max(...named.map(({ name }) => name.length));
  const lines = named.flatMap(({ name, state, message, advice }) => [
    `${LABELS[state]}  ${name.padEnd(width)}  ${printable(message)}\n`,
    ...(advice === undefined ? [] : [`${" ".repeat(width + 11)}-> ${printable(advice)}\n`]),
  ]);
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length;
  return `${lines.join("")}\n${count("ok")} ok, ${count("warning")} to look at, ${count("failed")} failed\n`;
}
