/** Whether a page shows what is printed: each of its lines, whatever the numbers, times and ids, and which process was faster. */

const MASKS: readonly [what: RegExp, mask: string][] = [
  [/\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?/g, "<time>"],
  [/\d\d:\d\d:\d\d(\.\d+)?/g, "<time>"],
  [/\/tmp\/[\w./-]+/g, "<path>"],
  [/\b[0-9a-z]{12}\b/g, "<id>"],
  [/127\.0\.0\.1:\d+/g, "<address>"],
  [/\d[\d,.]*(\s?([KMGT]i)?B\b|\s?(µs|ms|s|m|h|d)\b)?/g, "<number>"],
  [/[#=█▏▎▍▌▋▊▉]+/g, "#"],
  [/[-─]{2,}/g, "-"],
  [/\s+/g, " "],
];

function masked(line: string): string {
  return MASKS.reduce((text, [what, mask]) => text.replace(what, mask), line).trim();
}

/** A line of the page that is not printed; undefined where all are. A line of … alone stands for any. */
export function lineNotPrinted(shown: string, printed: string): string | undefined {
  const lines = new Set(printed.split("\n").map(masked)).add("").add("…");
  return shown.split("\n").find((line) => !lines.has(masked(line)));
}
