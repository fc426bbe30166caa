import { nearest } from "../config/names.js";
import { DragonlogError } from "../system/errors.js";
import { addCommand, type CommandText, type DefinedCommand } from "./command.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

const text: CommandText = {
  name: "completion",
  summary: "print what makes a shell complete commands, flags and values",
  description:
    "Prints a script for bash (4 or later), zsh or fish, which completes commands, flags, the values that a flag may have, files " +
    "and folders. The shell asks nothing of dragonlog while it completes.",
  examples: [
    ["source <(dragonlog completion bash)", "in ~/.bashrc; for zsh in ~/.zshrc, after compinit"],
    ["dragonlog completion zsh > ~/.zfunc/_dragonlog", "for a folder of zsh's fpath"],
    ["dragonlog completion fish > ~/.config/fish/completions/dragonlog.fish", "for fish"],
  ],
  operands: "<shell>",
  operandWords: [SHELLS],
};

/** It takes no options, and so a broken dragonlog.json in the folder where a shell starts does not matter to it. */
export const completion: DefinedCommand = {
  text,
  register: (program, perform) => {
    const command = addCommand(program, text);
    command.action(async () => {
      const [shell = ""] = command.args;
      if (!SHELLS.some((known) => known === shell)) throw unknownShell(shell);
      await perform("stop", false, async (io) => {
        const { completionScript } = await import("./completion/script.js");
        io.stdout.write(completionScript(shell as (typeof SHELLS)[number]));
        return 0;
      });
    });
  },
};

function unknownShell(shell: string): DragonlogError {
  const suggestion = nearest(shell, SHELLS);
  return new DragonlogError(
    "DRAGONLOG_USAGE",
    `completion does not know ${JSON.stringify(shell)}`,
    suggestion ? `Did you mean ${suggestion}?` : `There are: ${SHELLS.join(", ")}.`,
  );
}
