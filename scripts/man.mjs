/**
 * Writes man/dragonlog.1 from the commands and the options, as they were built: `npm run docs:man`. It is in mdoc, see mdoc(7).
 * With `--print`, the text goes to standard output and the file stays as it is.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describeCommand } from "../dist/src/cli/describe.js";
import { COMMANDS } from "../dist/src/cli/program.js";
import { OPTION_GROUPS } from "../dist/src/config/groups.js";

const FILE = new URL("../man/dragonlog.1", import.meta.url);

const DATE = "<the day of the last change>";

const commands = COMMANDS.map(({ text }) => describeCommand(text));
const flags = new Map(commands.flatMap((command) => command.flags.map((flag) => [flag.key, flag])));
/** The longest line that `mandoc -Tlint` is content with, less what an escape takes. */
const COLUMNS_MAX = 76;

/** Text as roff takes it: no backslash of its own, no dot or quote where a line begins. */
function plain(text) {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&");
}

/** A paragraph: each sentence begins a line, as mdoc wants it, and what stands in backticks is bold. */
function prose(text) {
  return text
    .replace(/([.?]\)?) (?=[A-Z`])/g, "$1\n")
    .split("\n")
    .flatMap(wrapped)
    .map((line) => plain(line))
    .join("\n")
    .replace(/`([^`]+)`/g, "\\fB$1\\fP");
}

function wrapped(sentence) {
  const lines = [""];
  for (const each of sentence.split(" ")) {
    const longer = `${lines.at(-1)} ${each}`.trim();
    if (longer.length > COLUMNS_MAX) lines.push(each);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Words of a macro's line: in quotes, so that none of them is a macro. */
function word(text) {
  return `"${plain(text).replaceAll('"', "\\(dq")}"`;
}

/** `--journal-dir` as a macro. */
function flagMacro({ flag, value }) {
  const name = `.Fl \\-${plain(flag.slice(2))}`;
  return value === undefined ? name : `${name} Ar ${word(value)}`;
}

function commandText({ name, usage, description, examples, flags: own }) {
  const operands = usage.replace(`dragonlog ${name}`, "").trim();
  const options = own.map(({ flag }) => `.Fl \\-${plain(flag.slice(2))}`);
  return `.It Cm ${word(name)} ${word(operands)}
${prose(description)}
${options.length > 0 ? `.Pp\nOptions:\n${options.map((macro, at) => (at < options.length - 1 ? `${macro} ,` : `${macro} .`)).join("\n")}\n` : ""}.Bl -tag -width Ds -offset Ds
${examples.map(([command, what]) => `.It Ic ${word(command)}\n${prose(`${what[0].toUpperCase()}${what.slice(1)}.`)}`).join("\n")}
.El`;
}

function optionText(flag) {
  const variable = flag.facts.at(-1);
  const facts = flag.facts.slice(0, -1).join("; ");
  return `.It Xo
${flagMacro(flag)}
.Xc
${prose(flag.text)}
${facts === "" ? "" : `${prose(`Takes ${facts}.`.replace("Takes default", "Default"))}\n`}.Pq Ev ${variable}`;
}

const groups = OPTION_GROUPS.map(({ title, text, keys }) => {
  const shown = keys.filter((key) => flags.has(key)).map((key) => optionText(flags.get(key)));
  const about = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "docs/$1");
  return `.Ss ${title}\n${prose(about)}\n.Bl -tag -width Ds\n${shown.join("\n")}\n.El`;
});

const page = `.\\" Written by npm run docs:man from src/cli/ and src/config/options.ts.
.Dd ${DATE}
.Dt DRAGONLOG 1
.Os
.Sh NAME
.Nm dragonlog
.Nd crash\\-safe log pipeline into AWS CloudWatch Logs
.Sh SYNOPSIS
.Nm
.Ar command
.Op Ar options
.Nm
.Ar command
.Fl \\-help
.Nm
.Fl \\-version
.Sh DESCRIPTION
A log call of a Node.js application is written into a journal, a mapped
file that outlives the process.
.Nm
delivers what lies in the journals, in series, to AWS CloudWatch Logs, to
files or to standard output, and deletes what has been accepted.
Between many machines there can be a store: Dragonfly, Redis or Valkey.
.Nm
also records what programs print that do not use the logger, and shows what
waits, what fails and what is logged.
.Sh COMMANDS
.Bl -tag -width Ds
${commands.map(commandText).join("\n")}
.It Cm help ${word("[command]")}
Prints the help of a command.
.El
.Sh OPTIONS
Durations are a whole number with ms, s, m, h or d; sizes are one with B,
KiB, MiB, GiB, KB, MB or GB.
An option is read from the flag, from its variable, or from
.Pa dragonlog.json ,
whose keys are the names of the variables without the prefix, as in
.Ql journalDir .
What is named first here is stronger.
Unknown names and values out of range are refused.
${groups.join("\n")}
.Sh ENVIRONMENT
Each option has the variable that stands with it above; an empty one counts
as not set.
.Bl -tag -width Ds
.It Ev AWS_REGION , AWS_PROFILE , AWS_ACCESS_KEY_ID
These and all others of the AWS SDK for JavaScript: where the region and the
credentials come from.
.It Ev NODE_EXTRA_CA_CERTS
A file of certificates of private authorities, for TLS to a store or a mail
server.
.It Ev XDG_STATE_HOME
Below it lie the journals where no
.Fl \\-journal\\-dir
is given; without it, below
.Pa ~/.local/state .
.El
.Sh FILES
.Bl -tag -width Ds
.It Pa dragonlog.json
Options, in the working directory; may hold comments.
.It Pa ~/.local/state/dragonlog/journal
Journals, dead letters and what shippers say of themselves.
.El
.Sh EXIT STATUS
.Bl -tag -width Ds
.It 0
It was done: for
.Cm ship Fl \\-once
and
.Cm flush ,
nothing waits any more; for
.Cm status ,
all is well; for
.Cm audit ,
records were found and none is missing.
.It 1
It was not done.
.It 2
Wrong usage or configuration.
.El
.Pp
.Cm run
ends with the exit code of the command that it runs, with 126 where that
cannot be executed, and with 127 where it is not found.
.Sh SEE ALSO
The pages of
.Pa docs/
in the package.
`;

/** The day of the last change: that of the page which is there, unless there is more to change in it than the day. */
function dated(text) {
  const before = existsSync(FILE) ? readFileSync(FILE, "utf8") : "";
  const day = /^\.Dd (.*)$/m.exec(before)?.[1] ?? "";
  if (text.replace(DATE, day) === before) return before;
  const today = new Date().toLocaleDateString("en-US", { dateStyle: "long", timeZone: "UTC" });
  return text.replace(DATE, today);
}

if (process.argv.includes("--print")) process.stdout.write(dated(page));
else {
  mkdirSync(new URL(".", FILE), { recursive: true });
  writeFileSync(FILE, dated(page));
}
