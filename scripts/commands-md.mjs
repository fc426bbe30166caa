/** Writes docs/commands.md from the commands, as they were built: part of `npm run docs:write`. */
import { describeCommand } from "../dist/src/cli/describe.js";
import { COMMANDS } from "../dist/src/cli/program.js";
import { bracketsInCode, table, writePages } from "./markdown.mjs";

const INTRODUCTION = `# Commands

Every command and its flags, written by \`npm run docs:write\` from the definitions that \`dragonlog <command> --help\` comes from too.

A flag leads to its option, which says what values it takes and how it is written as a variable or in a file. Exit code 0 is "done", 1
"not done", 2 wrong usage or configuration. What went wrong is said on standard error, with a code that
[Troubleshooting](troubleshooting.md) explains, and with \`--json\` on standard output too.
`;

/** A list of more flags is read with headings only. */
const PLAIN_FLAGS_MAX = 12;

const commands = COMMANDS.map(({ text }) => describeCommand(text));

function section({ name, description, usage, examples, flags }) {
  const shown = examples.map(([command, what]) => `- \`${command}\`  \n  ${what}`);
  return [`## ${name}`, description, `Usage: \`${usage}\``, shown.join("\n"), ...flagsText(flags)]
    .join("\n\n")
    .concat("\n");
}

/** Under the titles of their groups where there are many, as in the help. */
function flagsText(flags) {
  if (flags.length <= PLAIN_FLAGS_MAX)
    return flags.length === 0 ? [] : ["**Flags**", flags.map(item).join("\n")];
  return [...new Set(flags.map(({ group }) => group))].flatMap((group) => [
    `**${group}**`,
    flags
      .filter((flag) => flag.group === group)
      .map(item)
      .join("\n"),
  ]);
}

function item({ key, flag, value, choices = [], facts, text }) {
  // The longest list of choices, of days, is left to the option.
  const name = choices.length > 0 && choices.length < 6 ? choices.join(" | ") : value;
  const written = name === undefined ? flag : `${flag} ${/[<|]/.test(name) ? name : `<${name}>`}`;
  const given = facts
    .find((fact) => fact.startsWith("default "))
    ?.replace(/^default (.+)$/, " Default `$1`.");
  return `- [\`${written}\`](options.md#${key.toLowerCase()})  \n  ${text}${given ?? ""}`;
}

const contents = table(
  ["command", "what it does"],
  commands.map(({ name, summary }) => [`[\`${name}\`](#${name.replaceAll(" ", "-")})`, summary]),
);
const parts = [INTRODUCTION, `${contents}\n`, ...commands.map(section)];
writePages({ "docs/commands.md": bracketsInCode(parts.join("\n")) });
