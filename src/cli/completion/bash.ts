import type { CommandDescription } from "../describe.js";
import { firstWords, quoted, secondWords, type Values, valuedFlags, valuesOf } from "./values.js";

/** Only what bash 4 has in itself: the package bash-completion need not be there, and is used for `run` where it is. */
export function bashScript(commands: readonly CommandDescription[]): string {
  const groups = [...secondWords(commands)];
  const operands = commands.flatMap(({ name, operandWords = [] }) =>
    operandWords.map((words, at) => `    '${name} ${at}') words=${listed(words)} ;;`),
  );
  return `# Completion of dragonlog for bash 4 or later: source <(dragonlog completion bash)

# What may follow a flag: "words" and "paths" are those of the caller. Fails for a flag without a value.
_dragonlog_values() {
  case $1 in
${valuedFlags(commands)
  .map((flag) => `    ${flag.flag}) ${assignments(valuesOf(flag))} ;;`)
  .join("\n")}
    *) return 1 ;;
  esac
}

_dragonlog() {
  COMPREPLY=()
  local current=\${COMP_WORDS[COMP_CWORD]} words='' paths='' flags='' group='' first=2 operand=0 at
  local -a before=("\${COMP_WORDS[@]:0:COMP_CWORD}")
  # Bash takes "--to=stdout" and "directory:/tmp" apart; what follows the sign is completed.
  if [[ $current == [=:] ]]; then
    before+=("$current")
    current=''
  fi
  local count=\${#before[@]} command=\${before[1]-}
  if ((count == 1)); then
    words=${listed(["--help", "--version", ...firstWords(commands).map(([word]) => word)])}
  else
    case $command in
      help) ((count == 2)) && words=${listed(firstWords(commands).map(([word]) => word))} ;;
${groups.map(([group, words]) => `      ${group}) group=${listed(words.map(([word]) => word))} ;;`).join("\n")}
    esac
    if [[ -n $group ]]; then
      ((count == 2)) && words="--help $group"
      command="$command \${before[2]-}"
      first=3
    fi
  fi
  case $command in
${commands.map(({ name, flags }) => `    ${quoted(name)}) flags=${listed([...flags.map(({ flag }) => flag), "--help"])} ;;`).join("\n")}
  esac
  if [[ -n $flags ]] && ((count >= first)); then
    local last=\${before[count - 1]} flag=\${before[count - 1]}
    [[ $last == '=' ]] && flag=\${before[count - 2]}
    if [[ $last == ':' ]]; then
      # journal:<dir> and directory:<dir>
      [[ \${before[count - 2]} == @(journal|directory) ]] && paths=folders
    elif ((count > first)) && _dragonlog_values "$flag"; then
      :
    else
      for ((at = first; at < count; at++)); do
        if [[ \${before[at]} != -* ]]; then
          [[ $command == run ]] && break
          ((++operand))
        elif [[ $command == run && \${before[at]} == -- ]]; then
          ((++at))
          break
        elif [[ \${before[at + 1]-} == '=' ]]; then
          ((at += 2))
        elif (_dragonlog_values "\${before[at]}"); then
          ((++at))
          [[ \${before[at + 1]-} == ':' ]] && ((at += 2))
        fi
      done
      if [[ $command == run ]] && { ((at < count)) || [[ $current != -* ]]; }; then
        if declare -F _command_offset > /dev/null; then
          _command_offset "$at"
        else
          ((at < count)) && paths=files
          ((at < count)) || mapfile -t COMPREPLY < <(compgen -c -- "$current" | sort -u)
        fi
      elif [[ $current == -* ]]; then
        words=$flags
      else
        case "$command $operand" in
${operands.map((line) => `      ${line}`).join("\n")}
        esac
      fi
    fi
  fi
  case $paths in
    files) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    folders) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
  esac
  [[ -n $paths ]] && compopt -o filenames 2> /dev/null
  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  # What goes on with a folder or a host is not at its end.
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *[:/] ]] && compopt -o nospace 2> /dev/null
  return 0
}

complete -F _dragonlog dragonlog
`;
}

function assignments({ words, paths }: Values): string {
  if (paths !== "none") return `paths=${paths}`;
  return words.length > 0 ? `words=${listed(words)}` : ":";
}

function listed(words: readonly string[]): string {
  return quoted(words.join(" "));
}
