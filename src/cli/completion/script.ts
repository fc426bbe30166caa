import { describeCommand } from "../describe.js";
import { COMMANDS } from "../program.js";
import { bashScript } from "./bash.js";
import { fishScript } from "./fish.js";
import { zshScript } from "./zsh.js";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** The completion of all commands, as a script for this shell. */
export function completionScript(shell: keyof typeof SCRIPTS): string {
  return SCRIPTS[shell](COMMANDS.map(({ text }) => describeCommand(text)));
}
