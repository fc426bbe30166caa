/** What scripts that write pages of docs/ have in common. */

/** Puts `<dir>` and the like into backticks where they stand in the text: as they are, a reader of Markdown takes them for HTML. */
export function bracketsInCode(markdown) {
  return markdown
    .split("\n")
    .map((line) =>
      line
        .split("`")
        .map((piece, i) => (i % 2 === 0 ? piece.replace(/<[\w |=-]+>(\.\w+)?/g, "`$&`") : piece))
        .join("`"),
    )
    .join("\n");
}
