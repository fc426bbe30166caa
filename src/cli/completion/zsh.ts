import type { CommandDescription, FlagDescription } from "../describe.js";
import { firstWords, quoted, secondWords, shortText, valuesOf } from "./values.js";

const HELP = "'--help[print this help]'";

/** Works sourced, after compinit, and as the file _dragonlog in a folder of fpath. */
export function zshScript(commands: readonly CommandDescription[]): string {
  const single = commands.filter(({ name }) => !name.includes(" "));
  return `#compdef dragonlog
# Completion of dragonlog for zsh: source <(dragonlog completion zsh)

_dragonlog() {
  # Not "commands", which is zsh's own.
  local -a first_words=(
${described(firstWords(commands), 4)}
  )
  if ((CURRENT == 2)); then
    _describe -t commands command first_words
    _arguments ${HELP} '--version[print the version]'
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
    help) ((CURRENT == 2)) && _describe -t commands command first_words ;;
${[...secondWords(commands)].map(([group, words]) => groupCase(group, words, commands)).join("\n")}
${single.map((command) => commandCase(command.name, command, 4)).join("\n")}
  esac
}

# Words of which some go on with a folder: journal:<dir>, directory:<dir>.
_dragonlog_places() {
  if compset -P '(journal|directory):'; then
    _files -/
  else
    local -a open=(\${(M)@:#*[:/]}) whole=(\${@:#*[:/]})
    compadd -a whole
    compadd -S '' -a open
  fi
}

if [[ $funcstack[1] == _dragonlog ]]; then
  _dragonlog "$@"
else
  compdef _dragonlog dragonlog
fi
`;
}

function groupCase(
  group: string,
  words: readonly [word: string, summary: string][],
  commands: readonly CommandDescription[],
): string {
  const cases = words.map(([word]) =>
    commandCase(word, commands.find(({ name }) => name === `${group} ${word}`)!, 8),
  );
  return `    ${group})
      local -a second_words=(
${described(words, 8)}
      )
      if ((CURRENT == 2)); then
        _describe -t commands command second_words
        _arguments ${HELP}
        return
      fi
      shift words
      ((CURRENT--))
      case $words[1] in
${cases.join("\n")}
      esac
      ;;`;
}

function commandCase(
  word: string,
  { flags, operands = "", operandWords = [], operandsTakeRest }: CommandDescription,
  indent: number,
): string {
  const space = " ".repeat(indent);
  const rest = operandsTakeRest
    ? ["'(-)1:command: _command_names -e'", "'*::argument: _normal'"]
    : operands.split(" ").filter(Boolean).map(operandSpec);
  const specs = [...flags.map(flagSpec), HELP, ...rest];
  return `${space}${word})
${space}  _arguments -S \\
${specs.map((spec) => `${space}    ${spec}`).join(" \\\n")}
${space}  ;;`;

  function operandSpec(operand: string, at: number): string {
    const name = operand.replace(/[^a-z]/g, "");
    const words = operandWords[at] ?? [];
    const place = operand.includes("...") ? "*" : `${at + 1}`;
    return quoted(`${place}:${name}:${words.length > 0 ? `(${words.join(" ")})` : " "}`);
  }
}

function flagSpec(flag: FlagDescription): string {
  const name = `${flag.repeatable ? "*" : ""}${flag.flag}`;
  const text = `[${escaped(shortText(flag.text))}]`;
  if (flag.value === undefined) return quoted(`${name}${text}`);
  return quoted(`${name}=${text}:${flag.key}:${actionOf(flag)}`);
}

function actionOf(flag: FlagDescription): string {
  const { words, paths } = valuesOf(flag);
  if (paths !== "none") return paths === "folders" ? "_files -/" : "_files";
  if (words.length === 0) return " ";
  return words.some((word) => /[:/]$/.test(word))
    ? `_dragonlog_places ${words.join(" ").replaceAll(":", "\\:")}`
    : `(${words.join(" ")})`;
}

function described(words: readonly [word: string, summary: string][], indent: number): string {
  return words.map(([word, summary]) => `${" ".repeat(indent)}${quoted(`${word}:${summary}`)}`).join("\n");
}

/** For the brackets of a spec of _arguments. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, "\\$&");
}
