/** Writes docs/options.md from the options table in src/config/options.ts, as it was built: part of `npm run docs:write`. */
import { OPTION_GROUPS } from "../dist/src/config/groups.js";
import { flagOf, variableOf } from "../dist/src/config/names.js";
import { OPTIONS } from "../dist/src/config/options.js";
import { accepted } from "../dist/src/config/read-value.js";
import { bracketsInCode, writePages } from "./markdown.mjs";

const INTRODUCTION = `# Options

Every option of dragonlog, written by \`npm run docs:write\` from [src/config/options.ts](../src/config/options.ts).

An option has one name, written in the way of the place where it is set:

| place | how it is written | who reads it |
| --- | --- | --- |
| code | \`new DragonLogger({ journalBytesMax: "1GiB" })\` | the logger |
| flag | \`--journal-bytes-max 1GiB\` | the commands |
| variable | \`DRAGONLOG_JOURNAL_BYTES_MAX=1GiB\` | the logger and the commands |
| file | \`{ "journalBytesMax": "1GiB" }\` in \`dragonlog.json\` in the working directory, or in the file that \`--config\` names | the commands |

What stands higher in this table is stronger. All places are read in full: an unknown name or a value out of range is refused, with its
name, even where a stronger place would have hidden it. Nothing is ever clamped. An empty variable counts as not set.
The file may hold \`//\` and \`/* */\` comments, and a comma after the last entry; \`dragonlog init\` writes one.

\`new DragonLogger({ to, … })\` ships by itself, from a worker thread, and takes nearly all that \`ship\` takes. There \`to\` has no
default: without it the logger does not ship. With a store as its \`buffer\` it forwards instead, and \`dragonlog ship\` ships.

Durations are a whole number with \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`; sizes are a whole number with \`B\`, \`KiB\`, \`MiB\`, \`GiB\`, or the decimal
\`KB\`, \`MB\`, \`GB\`. In code and in the file they may also be bare numbers, of milliseconds or bytes.
`;

const DEAD_COMMANDS = OPTIONS.config.scopes.filter((scope) => scope.startsWith("dead "));

function section(key, option) {
  const required = option.requiredIn ? ` Required by ${listOf(option.requiredIn)}.` : "";
  return `### ${key}

${option.doc}

Takes ${option.kind === "place" ? `\`${option.form}\`` : accepted(option)}. ${defaultText(option)}${required}  
For ${listOf(option.scopes)}. ${namesOf(key, option).join(", ")}.
`;
}

/** Who reads an option, in words: the logger is one item, and so are all `dead` commands together. */
function listOf(scopes) {
  const allDead = DEAD_COMMANDS.every((scope) => scopes.includes(scope));
  const readers = scopes.map((scope) => {
    if (scope === "logger") return "the logger";
    if (scope === "in-app") return scopes.includes("logger") ? "the logger" : "the logger with `to`";
    if (scope === "forward") return scopes.includes("logger") ? "the logger" : "the logger with a store";
    return scope.startsWith("dead ") && allDead ? "all `dead` commands" : `\`${scope}\``;
  });
  return [...new Set(readers)].join(", ");
}

function namesOf(key, { scopes, default: given }) {
  const variable = `\`${variableOf(key)}\``;
  return scopes.some((scope) => !["logger", "in-app", "forward"].includes(scope))
    ? [`\`${given === true ? flagOf(key).replace("--", "--no-") : flagOf(key)}\``, variable]
    : [variable];
}

function defaultText({ default: given, kind }) {
  if (given === undefined) return "No default.";
  if (typeof given !== "function") return `Default \`${given}\`.`;
  return kind === "place"
    ? "Default: `journal:` and the `journalDir`."
    : "Default: `$XDG_STATE_HOME/dragonlog/journal`, that is `~/.local/state/dragonlog/journal` where the variable is not set; on macOS `~/Library/Application Support/dragonlog/journal`.";
}

const parts = [INTRODUCTION];
for (const { title, text, keys } of OPTION_GROUPS) {
  parts.push(`## ${title}\n\n${text}\n`, ...keys.map((key) => section(key, OPTIONS[key])));
}

writePages({ "docs/options.md": bracketsInCode(parts.join("\n")) });
