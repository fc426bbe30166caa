/** Where secrets stand in a text, as it is and as it reads when its escapes are read. */
import type { Detector, Span } from "./detectors/detector.js";
import { unescaped } from "./escapes.js";

/** What stands in place of a secret. */
export type Mark = (secret: string) => string;

/** Rising, and apart from each other: what overlaps is one secret. */
export function findSecrets(text: string, detectors: readonly Detector[]): readonly Span[] {
  const found: Span[] = [];
  for (const detector of detectors) detector(text, found);
  const levels = unescaped(text);
  for (const [level, { text: read }] of levels.entries()) {
    const inRead: Span[] = [];
    for (const detector of detectors) detector(read, inRead);
    for (const { start, end, secret = read.slice(start, end) } of inRead) {
      const place = (at: number) => levels.slice(0, level + 1).reduceRight((to, each) => each.before(to), at);
      found.push({ start: place(start), end: place(end), secret });
    }
  }
  return found.length < 2 ? found : apart(found);
}

function apart(found: Span[]): readonly Span[] {
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const spans: Span[] = [];
  for (const span of found) {
    const last = spans.at(-1);
    if (last === undefined || span.start >= last.end) spans.push(span);
    // What lies within another is part of it; what goes on from it makes one with it.
    else if (span.end > last.end) spans[spans.length - 1] = { start: last.start, end: span.end };
  }
  return spans;
}

/** The text with what stands at each span replaced by what `mark` says for the secret. */
export function replaceSpans(text: string, spans: readonly Span[], mark: Mark): string {
  let replaced = "";
  let from = 0;
  for (const { start, end, secret } of spans) {
    replaced += text.slice(from, start) + mark(secret ?? text.slice(start, end));
    from = end;
  }
  return from === 0 ? text : replaced + text.slice(from);
}
