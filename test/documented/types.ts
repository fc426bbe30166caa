/** Whether the programs of the pages have the types that the package gives them, checked as an editor would in the reader's folder. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** What the compiler says, each with the page and the line of the block's fence. */
export function typeFaults(pages: readonly Page[], dir: string): string[] {
  newFolder(dir);
  const places = new Map<string, string>();
  for (const page of pages) {
    for (const block of blocksIn(page)) {
      const program = block.markers.notRun === undefined ? programIn(block) : undefined;
      if (program === undefined) continue;
      const file = `program-${places.size}.${program.extension}`;
      places.set(file, `${page.path}, line ${block.line}`);
      writeFileSync(join(dir, file), program.code);
    }
  }
  writeFileSync(
    join(dir, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["program-*"] }),
  );
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [compiler, "-p", dir, "--pretty", "false"], {
    cwd: dir,
    encoding: "utf8",
  });
  const faults = stdout.split("\n").filter((line) => /^program-/.test(line));
  if (status !== 0 && faults.length === 0) throw new Error(stdout);
  return faults.map((fault) =>
    fault.replace(/^(program-\d+\.\w+)\(\d+,\d+\)/, (_, file: string) => places.get(file)!),
  );
}
