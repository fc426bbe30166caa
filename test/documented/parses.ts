/** Whether a text is of a language: read by what runs it, and not run. */
import { spawnSync } from "node:child_process";
import { transformSync } from "esbuild";
import { PARSERS } from "./parse-data.js";

/** Commands that read a program from their standard input and run none of it. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  sh: ["sh", "-n"],
  bash: ["bash", "-n"],
  python: ["python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())"],
};

/** True of a language that nothing here reads. */
export function parses(language: string, code: string): boolean {
  try {
    if (PARSERS[language]) PARSERS[language](code);
    else if (language === "js" || language === "ts") withoutTypes(code);
    else if (READERS[language]) {
      const [file, ...args] = READERS[language];
      return spawnSync(file!, args, { input: code }).status === 0;
    }
    return true;
  } catch {
    return false;
  }
}

/** As JavaScript. Throws what esbuild says of a fault. */
export function withoutTypes(code: string): string {
  return transformSync(code, { loader: "ts", target: "es2022", logLevel: "silent", tsconfigRaw: {} }).code;
}
