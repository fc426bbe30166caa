/** The command lines of a script, read by the real program: commands, flags and values that exist. Nothing is performed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createProgram } from "../../src/cli/program.js";
import type { Command } from "../../src/cli/vendored/commander.js";
import { ROOT } from "./folder.js";
import { commandsOf, dragonlogCommandsOf } from "./shell-words.js";

const SCRIPTS: object = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;

/** What is wrong with the `dragonlog` commands of a script that does not run, and with the scripts of a checkout that it names. */
export async function faultsOf(script: string): Promise<string[]> {
  const faults = commandsOf(script)
    .map((words) => words.slice(words.findIndex((word) => !word.includes("="))))
    .filter(([npm, run, name]) => npm === "npm" && run === "run" && !(name! in SCRIPTS))
    .map((words) => `${words.join(" ")}: package.json has no such script`);
  for (const words of dragonlogCommandsOf(script)) {
    const program = silentProgram();
    try {
      await program.parseAsync(words.map(withoutPlaceholder), { from: "user" });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code !== "commander.helpDisplayed" && code !== "commander.version") {
        faults.push(`dragonlog ${words.join(" ")}: ${message}`);
      }
    }
  }
  return faults;
}

const quiet = (): void => undefined;

/** It throws instead of printing, whatever the command. */
function silentProgram(): Command {
  const program = createProgram(async () => undefined);
  const below = program.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of [program, ...below]) {
    command.configureOutput({ writeOut: quiet, writeErr: quiet, outputError: quiet }).exitOverride();
  }
  return program;
}

const CRON_LINE = /^(?:[\d*][\d*/,-]*\s+){5}(\S.*)$/;

/** The commands of a crontab; throws for a line that is none of it. */
export function cronCommands(text: string): string {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines
    .map((line) => {
      const command = CRON_LINE.exec(line)?.[1];
      if (command === undefined) throw new Error(`no line of a crontab: ${line}`);
      // There a percent sign ends the command, unless it is escaped.
      if (/(?<!\\)%/.test(command)) throw new Error(`cron ends a command at %: ${line}`);
      return `${command}\n`;
    })
    .join("");
}

/** What stands for a value that the page cannot know. */
function withoutPlaceholder(word: string): string {
  return /^\$\{?\w*\}?$/.test(word) ? "x" : word;
}
