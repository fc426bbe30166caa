/** The commands that the text of a page names between its blocks. */
import { faultsOf } from "./command-lines.js";
import type { Page } from "./pages.js";

const BLOCK = /^([ \t>]*)(`{3,}|~{3,})[\s\S]*?^\1\2[ \t]*$/gm;
const COMMAND = /(?<!`)`((?:\w+=\S+ )*(?:npx )?dragonlog [a-z][^`]*)`(?!`)/g;

/** Commands and flags that do not exist. What a command lacks to be run, and values such as `<dir>`, are the reader's. */
export async function strangeCommands({ path, text }: Page): Promise<string[]> {
  const named = [...text.replace(BLOCK, "").matchAll(COMMAND)].map(([, command]) => command!);
  // A line that a command prints begins as it does.
  const commands = named.filter((command) => !/^dragonlog [a-z-]+:/.test(command));
  const faults = await Promise.all(
    commands.map((command) => faultsOf(command.replace(/\s+/g, " ").replace(/<\w+>/g, "x"))),
  );
  return faults
    .flat()
    .filter((fault) => /unknown (command|option)/.test(fault))
    .map((fault) => `${path}: ${fault}`);
}
