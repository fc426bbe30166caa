import type { CommandDescription, FlagDescription } from "../describe.js";
import { firstWords, secondWords, shortText, valuedFlags, valuesOf } from "./values.js";

/** A line for each command, flag and word, as fish keeps them. */
export function fishScript(commands: readonly CommandDescription[]): string {
  const first = firstWords(commands);
  const lines = [
    ...first.map(([word, summary]) => line("__dragonlog_at", `-a ${word} -d ${quoted(summary)}`)),
    line("__dragonlog_at", "-l version -d 'print the version'"),
    line("__dragonlog_at help", `-a ${quoted(first.map(([word]) => word).join(" "))}`),
    ...[...secondWords(commands)].flatMap(([group, words]) =>
      words.map(([word, summary]) => line(`__dragonlog_at ${group}`, `-a ${word} -d ${quoted(summary)}`)),
    ),
    ...commands.flatMap(commandLines),
  ];
  return `# Completion of dragonlog for fish: dragonlog completion fish > ~/.config/fish/completions/dragonlog.fish

# Whether these words, and no others, stand before the one that is completed.
function __dragonlog_at
    set -l words (commandline -opc)
    test "$words[2..-1]" = "$argv"
end

# Whether it is this command.
function __dragonlog_is
    set -l words (commandline -opc)
    string match -q -- "$argv *" "$words[2..-1] "
end

# The words behind a command of so many words that are neither flags nor values of flags. Behind \`run\` a program has begun
# with the first of them, and all that follows is its own.
function __dragonlog_operands
    set -l words (commandline -opc)
    set -l is_run (test "$words[2]" = run; and echo yes)
    set -e words[1..$argv[1]]
    while set -q words[1]
        if string match -q -- '--*=*' $words[1]
        else if contains -- $words[1] $__dragonlog_valued
            set -e words[2]
        else if not string match -q -- '-*' $words[1]
            if test -n "$is_run"
                printf '%s\\n' $words
                return
            end
            printf '%s\\n' $words[1]
        end
        set -e words[1]
    end
end

# Whether it is this command, with so many operands before the word that is completed.
function __dragonlog_operand
    __dragonlog_is $argv[2..-1]
    and test (count (__dragonlog_operands (count $argv))) = $argv[1]
end

function __dragonlog_program
    set -l words (__dragonlog_operands 2) (commandline -ct)
    string match -q -- '-*' $words[1]; or __fish_complete_subcommand --commandline $words
end

# What goes on with a folder: journal:<dir>, directory:<dir>.
function __dragonlog_places
    set -l word (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    set -l prefix (string match -r -- '^(?:journal|directory):' $word)
    if test -n "$prefix"
        string replace -r -- '^' $prefix (__fish_complete_directories (string replace -- $prefix '' $word))
    else
        printf '%s\\n' $argv
    end
end

set -g __dragonlog_valued ${valuedFlags(commands)
    .map(({ flag }) => flag)
    .join(" ")}

complete -c dragonlog -f
complete -c dragonlog -l help -d 'print this help'
${lines.join("\n")}
`;
}

function commandLines({ name, flags, operandWords = [], operandsTakeRest }: CommandDescription): string[] {
  // Flags behind the first operand are those of the program that is run.
  const flagsAt = operandsTakeRest ? `__dragonlog_operand 0 ${name}` : `__dragonlog_is ${name}`;
  const operands = operandWords.flatMap((words, at) =>
    words.length === 0 ? [] : [line(`__dragonlog_operand ${at} ${name}`, `-a ${quoted(words.join(" "))}`)],
  );
  const program = operandsTakeRest ? [line(`__dragonlog_is ${name}`, "-a '(__dragonlog_program)'")] : [];
  return [...flags.map((flag) => line(flagsAt, flagWords(flag))), ...operands, ...program];
}

function flagWords(flag: FlagDescription): string {
  const name = `-l ${flag.flag.replace("--", "")} -d ${quoted(shortText(flag.text))}`;
  if (flag.value === undefined) return name;
  const { words, paths } = valuesOf(flag);
  if (paths === "files") return `${name} -r -F`;
  if (paths === "folders") return `${name} -x -a '(__fish_complete_directories)'`;
  if (words.length === 0) return `${name} -x`;
  const places = words.some((word) => /[:/]$/.test(word));
  return `${name} -x -a ${quoted(places ? `(__dragonlog_places ${words.join(" ")})` : words.join(" "))}`;
}

function line(condition: string, what: string): string {
  return `complete -c dragonlog -n ${quoted(condition)} ${what}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
