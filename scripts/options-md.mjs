/**
 * Writes docs/options.md from the options table in src/config/options.ts, as it was built: `npm run docs:options`.
 * With `--print`, the text goes to standard output and the file stays as it is.
 */
import { writeFileSync } from "node:fs";
import { flagOf, variableOf } from "../dist/src/config/names.js";
import { OPTIONS } from "../dist/src/config/options.js";
import { accepted } from "../dist/src/config/read-value.js";

const FILE = new URL("../docs/options.md", import.meta.url);

const INTRODUCTION = `# Options

Every option of dragonlog, written by \`npm run docs:options\` from [src/config/options.ts](../src/config/options.ts).

An option has one name, written in the way of the place where it is set:

| place | how it is written | who reads it |
| --- | --- | --- |
| code | \`new DragonLogger({ journalBytesMax: "1GiB" })\` | the logger |
| flag | \`--journal-bytes-max 1GiB\` | the commands |
| variable | \`DRAGONLOG_JOURNAL_BYTES_MAX=1GiB\` | the logger and the commands |
| file | \`{ "journalBytesMax": "1GiB" }\` in \`dragonlog.json\` in the working directory, or in the file that \`--config\` names | the commands |

What stands higher in this table is stronger. All places are read in full: an unknown name or a value out of range is refused, with its
name, even where a stronger place would have hidden it. Nothing is ever clamped. An empty variable counts as not set.

Durations are a whole number with \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`; sizes are a whole number with \`B\`, \`KiB\`, \`MiB\`, \`GiB\`, or the decimal
\`KB\`, \`MB\`, \`GB\`. In code and in the file they may also be bare numbers, of milliseconds or bytes.
`;

/** The groups in which people look for an option, each with the scopes that make it one. */
const GROUPS = [
  {
    title: "Where journals live",
    text: "Writers and shippers must agree on these.",
    has: ({ scopes }) => scopes.includes("logger") && scopes.includes("ship"),
  },
  {
    title: "Writing",
    text: "Of the logger, and of the commands that log for others.",
    has: ({ scopes }) =>
      !scopes.includes("ship") && ["logger", "run", "pipe"].some((scope) => scopes.includes(scope)),
  },
  {
    title: "Shipping",
    text:
      "Of `dragonlog ship`; all but `once` also of `new DragonLogger({ to, … })`, which ships from a worker thread. There `to` has no\n" +
      "default: without it the logger does not ship.",
    shipping: true,
    has: ({ scopes }) => scopes.length === 1 && scopes[0] === "ship",
  },
  { title: "Commands", text: "Of the commands that are named.", has: () => true },
];

function section(key, option) {
  const required = option.requiredIn ? " Required." : "";
  return `### ${key}

${option.doc}

Takes ${option.kind === "place" ? `\`${option.form}\`` : accepted(option)}. ${defaultText(option)}${required}  
For ${readersOf(key, option).join(", ")}. ${namesOf(key, option).join(", ")}.
`;
}

function readersOf(key, { scopes }) {
  const readers = scopes.map((scope) => (scope === "logger" ? "the logger" : `\`${scope}\``));
  return GROUPS.find(({ has }) => has({ scopes })).shipping && key !== "once"
    ? [...readers, "the logger with `to`"]
    : readers;
}

function namesOf(key, { scopes }) {
  const variable = `\`${variableOf(key)}\``;
  return scopes.some((scope) => scope !== "logger") ? [`\`${flagOf(key)}\``, variable] : [variable];
}

function defaultText({ default: given, kind }) {
  if (given === undefined) return "No default.";
  if (typeof given !== "function") return `Default \`${given}\`.`;
  return kind === "place"
    ? "Default: `journal:` and the `journalDir`."
    : "Default: `$XDG_STATE_HOME/dragonlog/journal`, that is `~/.local/state/dragonlog/journal` where the variable is not set; on macOS `~/Library/Application Support/dragonlog/journal`.";
}

const left = new Map(Object.entries(OPTIONS));
const parts = [INTRODUCTION];
for (const { title, text, has } of GROUPS) {
  parts.push(`## ${title}\n\n${text}\n`);
  for (const [key, option] of left) {
    if (!has(option)) continue;
    left.delete(key);
    parts.push(section(key, option));
  }
}

const markdown = parts.join("\n");
if (process.argv.includes("--print")) process.stdout.write(markdown);
else writeFileSync(FILE, markdown);
