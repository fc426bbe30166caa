/**
 * The part of AWS's filter syntax that searches text: `ERROR`, `"two words"`, several (all must occur), `?a ?b` (one
 * must occur), `-a` (must not occur). JSON and space-delimited patterns are refused, so that nobody mistakes a silent
 * no-match for an answer.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { invalidParameter } from "../aws-error.js";

const termPattern = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\w+))(?=\s|$)/y;

export function compileFilter(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  const all: string[] = [];
  const any: string[] = [];
  const none: string[] = [];
  termPattern.lastIndex = 0;
  while (termPattern.lastIndex < text.length) {
    const match = termPattern.exec(text);
    if (match === null) {
      throw invalidParameter("Invalid filter pattern (this stand-in knows terms and quoted phrases only)");
    }
    const term = match[3] ?? match[2]!.replace(/\\(.)/g, "$1");
    (match[1] === "?" ? any : match[1] === "-" ? none : all).push(term);
  }
  return (message) =>
    all.every((term) => message.includes(term)) &&
    (any.length === 0 || any.some((term) => message.includes(term))) &&
    !none.some((term) => message.includes(term));
}
