/**
 * The rule of `/regex/`: a line that matches is the first of a record, all others continue it.
 *
 * The expression meets hostile lines, so it must not be able to take longer than linear time. V8 has a second engine that
 * cannot, by automata (https://v8.dev/blog/non-backtracking-regexp). An expression is taken only if that engine knows it; it
 * is run by the usual one, which is faster, and goes over to the other when it has tracked back too often.
 */
import { setFlagsFromString } from "node:v8";
import { messageOf } from "../../system/errors.js";
import { refuseValue } from "../../system/refusal.js";
import { characterBoundary } from "../line-splitter.js";
import type { Rule } from "./rule.js";

const REGEX = /^\/(.+)\/([a-z]*)$/s;
/** Of a line, what the expression sees. */
const SEEN_BYTES_MAX = 512;

/** Throws DRAGONLOG_OPTION_INVALID, with the reason, for an expression that is none or may take longer. */
export function firstLineRule(text: string, name: string): Rule {
  const regex = compile(text, name);
  return {
    placeOf(line) {
      const end = line.length > SEEN_BYTES_MAX ? characterBoundary(line, SEEN_BYTES_MAX) : line.length;
      return regex.test(line.toString("utf8", 0, end)) ? "begins" : "continues";
    },
    isTrace: false,
  };
}

function compile(text: string, name: string): RegExp {
  const [, source = "", flags = ""] = REGEX.exec(text) ?? [];
  let regex: RegExp;
  try {
    regex = new RegExp(source, flags);
  } catch (error) {
    throw refuseValue(name, text, `/regex/; this is no regular expression (${messageOf(error)})`);
  }
  setFlagsFromString("--enable-experimental-regexp-engine");
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
  try {
    // Compiled only to be refused: an expression with this flag is run by automata.
    new RegExp(source, `${flags}l`);
  } catch {
    throw refuseValue(
      name,
      text,
      "an expression that takes linear time: no flags i, u, y or v, no look-ahead such as (?!…), no back-reference, no large count such as {1000}; write [Ee] for either case and /^\\S/ for a line that is not indented",
    );
  }
  // Anew, so that it is made with these settings.
  regex = new RegExp(source, flags);
  return regex;
}
