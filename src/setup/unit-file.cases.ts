/** Reads a unit as systemd does: systemd.syntax(7), and the quoting of systemd.service(5), "COMMAND LINES". */

/** The values of a directive, in all sections. */
export function valuesOf(unit: string, directive: string): string[] {
  return unit
    .split("\n")
    .filter((line) => line.startsWith(`${directive}=`))
    .map((line) => line.slice(directive.length + 1));
}

/** The words of a value. Specifiers other than `%%` have no place in what is read here. */
export function wordsOf(value: string): string[] {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) =>
    plain(quoted === undefined ? bare! : quoted.replace(/\\(.)/g, "$1")),
  );
}

/** A value that is one word whatever stands in it. */
export function plain(value: string): string {
  if (/(?<!%)(%%)*%(?!%)/.test(value)) throw new Error(`a specifier in ${value}`);
  return value.replaceAll("%%", "%");
}

export function commandOf(value: string): string[] {
  return wordsOf(value).map((word) => {
    if (/(?<!\$)(\$\$)*\$(?!\$)/.test(word)) throw new Error(`a variable in ${word}`);
    return word.replaceAll("$$", "$");
  });
}
