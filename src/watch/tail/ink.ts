/** Colours of a terminal, or none. */
import type { Writable } from "node:stream";

export interface Ink {
  dim(text: string): string;
  /** In the colour of a level; other types in none. */
  level(type: string, text: string): string;
}

/** Select Graphic Rendition of ECMA-48, chapter 8.3.117. */
const RESET = "\u001b[0m";
const DIM = "2";
const OF_LEVEL: Readonly<Record<string, string>> = {
  TRACE: DIM,
  DEBUG: DIM,
  INFO: "36",
  WARN: "33",
  ERROR: "31",
  FATAL: "1;37;41",
};

const PLAIN: Ink = { dim: (text) => text, level: (_, text) => text };

const COLOURED: Ink = {
  dim: (text) => painted(DIM, text),
  level: (type, text) => (Object.hasOwn(OF_LEVEL, type) ? painted(OF_LEVEL[type]!, text) : text),
};

export function inkFor(stream: Writable, env: NodeJS.ProcessEnv): Ink {
  return hasColour(stream, env) ? COLOURED : PLAIN;
}

/** FORCE_COLOR turns colours on, NO_COLOR off (https://no-color.org); otherwise a terminal has them. */
export function hasColour(stream: Writable, env: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== "0" && force !== "false";
  return isTerminal(stream) && !no && term !== "dumb";
}

export function isTerminal(stream: Writable): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}

function painted(how: string, text: string): string {
  return text === "" ? "" : `\u001b[${how}m${text}${RESET}`;
}
