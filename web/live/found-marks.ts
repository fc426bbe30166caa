/**
 * Marks what was searched for in the rows that can be seen, without a change to their elements. Only texts: a regular expression
 * that takes long would hold up the page.
 */
const NAME = "found";
const MARKS_MAX = 500;

export class FoundMarks {
  #text: string | undefined;

  /** What to look for, in upper or lower case, as the shipper does. */
  look(text: string | undefined): void {
    const isRegex = text !== undefined && /^\/.+\/[a-z]*$/s.test(text);
    this.#text = isRegex ? undefined : text?.toLowerCase();
  }

  /** In these elements, which hold text only. */
  set(elements: readonly HTMLElement[]): void {
    // Not every browser can mark.
    if (!("highlights" in CSS)) return;
    const text = this.#text;
    if (text === undefined) {
      CSS.highlights.delete(NAME);
      return;
    }
    const ranges: Range[] = [];
    for (const element of elements) {
      const node = element.firstChild;
      const within = element.textContent.toLowerCase();
      if (node === null || within.length !== element.textContent.length) continue;
      for (let at = within.indexOf(text); at !== -1; at = within.indexOf(text, at + text.length)) {
        if (ranges.length === MARKS_MAX) break;
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + text.length);
        ranges.push(range);
      }
    }
    CSS.highlights.set(NAME, new Highlight(...ranges));
  }
}
