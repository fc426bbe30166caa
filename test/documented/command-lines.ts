/** The command lines of a script, read by the real program: commands, flags and values that exist. Nothing is performed. */
import { createProgram } from "../../src/cli/program.js";
import { dragonlogCommandsOf } from "./shell-words.js";

/** What is wrong with the `dragonlog` commands of a script that does not run. */
export async function faultsOf(script: string): Promise<string[]> {
  const faults: string[] = [];
  for (const words of dragonlogCommandsOf(script)) {
    const program = createProgram(async () => undefined);
    for (const command of [
      program,
      ...program.commands,
      ...program.commands.flatMap(({ commands }) => commands),
    ]) {
      command.configureOutput({ writeOut: () => undefined, outputError: () => undefined }).exitOverride();
    }
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

/** What stands for a value that the page cannot know. */
function withoutPlaceholder(word: string): string {
  return /^\$\{?\w*\}?$/.test(word) ? "x" : word;
}
