/** Both sides of a diff. */
export interface Sides {
  readonly before: string;
  readonly after: string;
  /** What the header calls the file, if there is one: `+++ b/app.mjs`. */
  readonly file?: string;
}

export function sidesOf(diff: string): Sides {
  const lines = diff.split("\n");
  const file = lines.flatMap((line) => /^\+\+\+ (?:b\/)?(\S+)/.exec(line)?.[1] ?? [])[0];
  const body = lines.filter((line) => !/^(---|\+\+\+|@@|diff|index)( |$)/.test(line));
  const side = (other: string): string =>
    body
      .filter((line) => !line.startsWith(other))
      .map((line) => line.replace(/^[+ -]/, ""))
      .join("\n");
  return { before: side("+"), after: side("-"), ...(file !== undefined && { file }) };
}
