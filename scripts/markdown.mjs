/** What the scripts have in common that write pages of docs/ from the code. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const ROOT = new URL("../", import.meta.url);

/** Writes pages, by their paths; with `--check` it writes nothing, and the exit code is 1 when a page says something else. */
export function writePages(pages) {
  for (const [path, text] of Object.entries(pages)) {
    const file = new URL(path, ROOT);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    if (process.argv.includes("--check")) {
      console.error(`${path} does not say what the code does: npm run docs:write`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, text);
      console.log(`written: ${path}`);
    }
  }
}

/** Puts `<dir>` and the like into backticks where they stand in the text: as they are, Markdown takes them for HTML. */
export function bracketsInCode(markdown) {
  const codeOrBracket = /(```.*?\n```|`[^`\n]*`)|<[\w |=-]+>(?:\.\w+)?/gs;
  return markdown.replace(codeOrBracket, (found, code) => code ?? `\`${found}\``);
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
