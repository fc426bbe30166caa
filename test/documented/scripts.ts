/** Programs in the languages of the pages: whether they can be read, and as what Node.js runs them. */
import { spawnSync } from "node:child_process";
import { transformSync } from "esbuild";
import { parseJson } from "./parse-data.js";

/** The command that reads a program from its standard input and runs none of it. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  sh: ["sh", "-n"],
  python: ["python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())"],
};

/** Whether it is a program of this language; true of a language that nothing here reads. */
export function parses(language: string, code: string): boolean {
  try {
    if (language === "json") parseJson(code);
    else if (isScript(language)) plainScript(language, code);
    else if (READERS[language]) {
      const [file, ...args] = READERS[language];
      return spawnSync(file!, args, { input: code }).status === 0;
    }
    return true;
  } catch {
    return false;
  }
}

function isScript(language: string): boolean {
  return ["mjs", "cjs", "ts", "mts"].includes(language);
}

export interface Script {
  readonly code: string;
  readonly extension: "mjs" | "cjs";
}

/** Without its types. A program with `require` is CommonJS, whatever its block is called. Throws what esbuild says of a fault. */
export function plainScript(language: string, code: string): Script {
  const extension =
    language === "cjs" || (/\brequire\(/.test(code) && !/^import /m.test(code)) ? "cjs" : "mjs";
  const loader = language.endsWith("ts") ? "ts" : "js";
  const options = { loader, target: "es2022", logLevel: "silent", tsconfigRaw: {} } as const;
  const transformed = transformSync(code, options).code;
  return { code: loader === "ts" ? transformed : code, extension };
}
