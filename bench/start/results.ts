/** From what the processes measured to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";

export const CONTENDERS = {
  nothing: "(an empty module)",
  dragonlog: "dragonlog",
  "pino-sync": "pino, sync",
  "pino-async": "pino, async",
} as const;
export type ContenderName = keyof typeof CONTENDERS;

/** What every ratio is to. */
const REFERENCE: ContenderName = "pino-async";

/** How much there was to load. */
export interface Loaded {
  readonly files: number;
  readonly builtIn: number;
}

export interface FirstCall extends Loaded {
  readonly importMs: number;
  readonly firstCallMs: number;
  /** Both. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** From the start of the process to its end. */
  readonly processMs: number;
}

export const COMMANDS = {
  version: ["--version"],
  help: ["ship", "--help"],
  "ship --once": ["ship", "--once"],
} as const;
export type CommandName = keyof typeof COMMANDS;

export interface CommandRun {
  readonly ms: number;
  readonly cpuMs: number;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly calls: (FirstCall & { readonly name: ContenderName; readonly round: number })[];
  /** Of each contender, from a run that takes no time. */
  readonly counts: Readonly<Record<ContenderName, Loaded>>;
  readonly commands: (CommandRun & { readonly name: CommandName })[];
}

type Figure = "importMs" | "firstCallMs" | "ms" | "cpuMs" | "rssBytes" | "processMs";

/** Medians over the rounds. A ratio is taken within each round, where both met the same machine, and then its median. */
function callRows({ calls, counts }: Results): (FirstCall & {
  readonly name: ContenderName;
  readonly msRatio: number;
  readonly cpuRatio: number;
})[] {
  return (Object.keys(CONTENDERS) as ContenderName[]).map((name) => {
    const own = calls.filter((call) => call.name === name);
    const over = (key: Figure): number => median(own.map((call) => call[key]));
    const ratio = (key: Figure): number =>
      median(
        own.map((call) => {
          const to = calls.find((other) => other.name === REFERENCE && other.round === call.round)!;
          return call[key] / to[key];
        }),
      );
    return {
      name,
      importMs: over("importMs"),
      firstCallMs: over("firstCallMs"),
      ms: over("ms"),
      msRatio: ratio("ms"),
      cpuMs: over("cpuMs"),
      cpuRatio: ratio("cpuMs"),
      files: counts[name].files,
      builtIn: counts[name].builtIn,
      rssBytes: over("rssBytes"),
      processMs: over("processMs"),
    };
  });
}

function commandRows({ commands }: Results): (CommandRun & { readonly name: CommandName })[] {
  return (Object.keys(COMMANDS) as CommandName[]).map((name) => {
    const own = commands.filter((command) => command.name === name);
    return { name, ms: median(own.map(({ ms }) => ms)), cpuMs: median(own.map(({ cpuMs }) => cpuMs)) };
  });
}

export function summary(results: Results): object {
  const { machine, versions } = results;
  return { machine, versions, calls: callRows(results), commands: commandRows(results) };
}

export function tables(results: Results): string {
  const head = ["import ms", "first call ms", "both", "to pino async", "CPU ms", "to pino async"];
  return [
    `${results.machine}  \n${results.versions}`,
    table(
      ["", ...head, "files", "of Node.js", "RSS MB", "whole process ms"],
      callRows(results).map((row) => [
        CONTENDERS[row.name],
        figure(row.importMs, 1),
        figure(row.firstCallMs, 1),
        figure(row.ms, 1),
        figure(row.msRatio, 2),
        figure(row.cpuMs, 1),
        figure(row.cpuRatio, 2),
        figure(row.files),
        figure(row.builtIn),
        figure(row.rssBytes / 1e6, 1),
        figure(row.processMs, 1),
      ]),
    ),
    table(
      ["", "ms", "CPU ms"],
      commandRows(results).map(({ name, ms, cpuMs }) => [
        `dragonlog ${COMMANDS[name].join(" ")}`,
        figure(ms),
        figure(cpuMs),
      ]),
    ),
  ].join("\n\n");
}
