/** Whether the programs of the pages have the types that the package gives them, checked as an editor would in the reader's folder. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newFolder, ROOT } from "./folder.js";
import { programIn } from "./languages.js";
import { blocksIn, type Page } from "./pages.js";

const COMPILER_OPTIONS = {
  target: "es2023",
  lib: ["es2023"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  // JavaScript that nobody has annotated is right all the same.
  noImplicitAny: false,
  useUnknownInCatchVariables: false,
  allowJs: true,
  checkJs: true,
  noEmit: true,
  skipLibCheck: true,
};

/** What the compiler says, each with the page and the line of the block's fence. The programs of a page may import each other. */
export function typeFaults(pages: readonly Page[], dir: string): string[] {
  newFolder(dir);
  const places = new Map<string, string>();
  for (const [number, page] of pages.entries()) {
    const programs = blocksIn(page)
      .filter(({ markers }) => markers.notRun === undefined)
      .map((block) => ({ block, program: programIn(block) }))
      .filter(({ program }) => program !== undefined);
    for (const [at, { block, program }] of programs.entries()) {
      const { code, extension, file } = program!;
      // Of a file that changes from block to block the others import the last.
      const isLast = !programs.slice(at + 1).some((later) => later.program!.file === file);
      const name = file !== undefined && isLast ? file : `program-${at}.${extension}`;
      const path = join(`page-${number}`, name);
      places.set(path, `${page.path}, line ${block.line}`);
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), code);
    }
  }
  writeFileSync(
    join(dir, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["page-*/**/*"] }),
  );
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const args = [compiler, "-p", dir, "--pretty", "false"];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: dir, encoding: "utf8" });
  const faults = stdout.split("\n").filter((line) => /^page-/.test(line));
  if (status !== 0 && faults.length === 0) throw new Error(stdout);
  return faults.map((fault) =>
    fault.replace(/^(page-.*?)\(\d+,\d+\)/, (_, path: string) => places.get(path) ?? path),
  );
}
