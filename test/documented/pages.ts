/** All pages whose code blocks a reader may try. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Block, blocksOf } from "./blocks.js";
import { ROOT } from "./folder.js";

/** A folder with all that is below it, or a page. Records of decisions show what was, and the changelog too. */
const PLACES = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ".github",
  "docs",
  "examples",
  "bench",
  "test",
  "src",
];
const LEFT_OUT = /^docs\/adr\/|\/node_modules\//;

export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Its blocks; an error says of which page it is. */
export function blocksIn({ path, text }: Page): Block[] {
  try {
    return blocksOf(text);
  } catch (error) {
    throw new Error(`${path}, ${(error as Error).message}`);
  }
}

export function pages(): Page[] {
  return PLACES.flatMap(pagesIn)
    .filter((path) => !LEFT_OUT.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

function pagesIn(place: string): string[] {
  if (!existsSync(join(ROOT, place))) return [];
  if (place.endsWith(".md")) return [place];
  return readdirSync(join(ROOT, place), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${place}/${name}`)
    .sort();
}
