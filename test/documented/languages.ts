/** The languages of blocks, under one name each, and the programs that a block holds. */
import { extname } from "node:path";
import type { Block } from "./blocks.js";
import { sidesOf } from "./diff.js";
import { parses } from "./parses.js";
import { asProgram } from "./preludes.js";

const OTHER_NAMES: Readonly<Record<string, string>> = {
  mjs: "js",
  cjs: "js",
  javascript: "js",
  mts: "ts",
  typescript: "ts",
  shell: "sh",
  py: "python",
  jsonc: "json",
  yml: "yaml",
  txt: "text",
  "": "text",
};

/** What a diff without the name of a file may be of, tried in this order. */
const DIFFED = ["ts", "json", "python", "sh"];

export function languageOf(name: string): string {
  return OTHER_NAMES[name] ?? name;
}

/** Of the side of a diff that comes; throws where no language fits. */
export function languageOfDiff({ after, file }: ReturnType<typeof sidesOf>): string {
  if (file !== undefined) return languageOf(extname(file).slice(1));
  const found = DIFFED.find((language) => parses(language, after));
  if (found === undefined) throw new Error("the side that comes is in no language that is known here");
  return found;
}

export interface Program {
  readonly code: string;
  /** The name of the reader's file, if the page gives one. */
  readonly file?: string;
  readonly extension: "mjs" | "cjs" | "mts" | "cts";
}

/** The JavaScript or TypeScript in it, with what a snippet takes for granted. */
export function programIn({ language, code, markers }: Block): Program | undefined {
  const kind = languageOf(language);
  if (kind === "diff") {
    const sides = sidesOf(code);
    const named = sides.file === undefined ? markers : { ...markers, file: sides.file };
    return programIn({ language: languageOfDiff(sides), code: sides.after, markers: named, line: 0 });
  }
  if (kind !== "js" && kind !== "ts") return undefined;
  const { file } = markers;
  const whole = file === undefined ? asProgram(code) : code;
  // One with `require` is CommonJS, whatever its block is called.
  const isCommon = /\brequire\(/.test(code) && !/^import /m.test(code);
  return { code: whole, extension: `${isCommon ? "c" : "m"}${kind}`, ...(file !== undefined && { file }) };
}
