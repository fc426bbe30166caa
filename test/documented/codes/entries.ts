/** The entries of docs/troubleshooting.md: a heading that is a code, and below it what is said: messages, each with its hint. */
export interface Quote {
  readonly message: string;
  readonly hint: string;
}

export interface Entry {
  readonly code: string;
  readonly quotes: readonly Quote[];
  readonly text: string;
}

export function entries(page: string): Entry[] {
  return sectionsOf(page)
    .filter(({ title }) => title.startsWith("DRAGONLOG_"))
    .map(({ title, text }) => ({ code: title, text, quotes: quotesIn(text) }));
}

/** The first cells, which are code, of the table under a heading. */
export function rowsUnder(page: string, title: string): string[] {
  const { text } = sectionsOf(page).find((section) => section.title === title)!;
  return [...text.matchAll(/^\| `(.+?)` \|/gm)].map(([, cell]) => cell!);
}

/** What may differ between two machines, and between two runs, is the same. */
export function masked({ message, hint }: Quote): Quote {
  return { message: mask(message), hint: mask(hint) };
}

function sectionsOf(page: string): { title: string; text: string }[] {
  return page.split(/^#{2,3} /m).map((section) => {
    const end = section.indexOf("\n");
    return { title: section.slice(0, end), text: section.slice(end) };
  });
}

function quotesIn(text: string): Quote[] {
  return [...text.matchAll(/^- `(.+)`\\\n {2}(\S.*)$/gm)].map(([, message, hint]) => ({
    message: message!,
    hint: hint!,
  }));
}

function mask(text: string): string {
  return text
    .replace(/\{".*\}|\{…\}/g, "{…}")
    .replace(/\w+:\/\/[\w.]+(:\d+)?/g, "<url>")
    .replace(/\b\d+(\.\d+){3}(:\d+)?/g, "<address>")
    .replace(/(?<![\w./])(\/[\w.-]+)+/g, "<path>")
    .replace(/\b(?=[a-z0-9]{12}\b)[a-z]*\d[a-z0-9]*/g, "<writer>")
    .replace(/\d+(\.\d+)?( [KMG]iB)?/g, "<n>");
}
