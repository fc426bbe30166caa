/** The simple commands of a shell script, as far as pages write them: words, quotes, pipes, lists, comments, here-documents. */

/** The words of each command, assignments in front of it included; what a variable or a substitution holds is not known. */
export function commandsOf(script: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  const text = script
    .replace(/\\\n/g, " ")
    .replace(/<<-?\s*(['"]?)(\w+)\1(.*)\n(?:.*\n)*?\s*\2(?=\n|$)/g, "$3");
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === "'" || char === '"') {
      const end = closing(text, at, char);
      word = (word ?? "") + text.slice(at + 1, end).replace(char === '"' ? /\\(["\\$`])/g : /(?!)/g, "$1");
      at = end;
    } else if (char === "\\") {
      word = (word ?? "") + (text[++at] ?? "");
    } else if (char === "#" && word === undefined) {
      at = lineEnd(text, at) - 1;
    } else if (text.startsWith("$(", at)) {
      const end = closing(text, at, ")");
      commands.push(...commandsOf(text.slice(at + 2, end)));
      word = `${word ?? ""}$`;
      at = end;
    } else if (/[\n;|&()]/.test(char)) {
      endCommand();
    } else if (/\s/.test(char)) {
      endWord();
    } else if (/[<>]/.test(char)) {
      // What is redirected, and where to, is no argument.
      if (word !== undefined && /^\d$/.test(word)) word = undefined;
      endWord();
      at = /^[<>&]*\s*[^\s;|&()]*/.exec(text.slice(at))![0].length + at - 1;
    } else {
      word = (word ?? "") + char;
    }
  }
  endCommand();
  return commands;
}

/** The arguments of each `dragonlog` in the script, whatever stands before the name. */
export function dragonlogCommandsOf(script: string): string[][] {
  return commandsOf(script).flatMap((words) => {
    const at = words.indexOf("dragonlog");
    const before = words.slice(0, Math.max(at, 0));
    const leads = before.every((word) =>
      /^(npx|--?\w[\w-]*|sudo|exec|time|env|!|if|while|do|then|\w+=.*)$/.test(word),
    );
    return at !== -1 && leads ? [words.slice(at + 1)] : [];
  });
}

function closing(text: string, from: number, char: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\" && char === '"') at++;
    else if (text[at] === char) return at;
  }
  throw new Error(`${char} is not closed: ${text.slice(from, from + 40)}`);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
