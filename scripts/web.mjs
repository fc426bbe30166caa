/**
 * Builds the page: web/ becomes index.html and assets/, beside each file what a server sends compressed (.br, .gz). The name
 * of an asset holds a hash of its content, so that browsers may keep it for good.
 *
 *     node scripts/web.mjs [folder]      default: dist/web
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { licencesOf } from "./licences.mjs";

const COMPRESSED_BYTES_MAX = 150_000;

const out = process.argv[2] ?? "dist/web";

const { outputFiles, metafile } = await build({
  entryPoints: { page: "web/main.tsx", theme: "web/system/theme-first.ts" },
  outdir: out,
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox121", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  metafile: true,
  tsconfigRaw: {},
});

const contents = new Map(outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
contents.set("icon.svg", readFileSync("web/icon.svg"));

rmSync(out, { recursive: true, force: true });
let index = readFileSync("web/index.html", "utf8");
let compressedBytes = 0;
for (const [name, content] of contents) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const hashed = `assets/${basename(name, extname(name))}.${hash}${extname(name)}`;
  if (!index.includes(`{{${name}}}`)) throw new Error(`web/index.html does not name {{${name}}}`);
  index = index.replace(`{{${name}}}`, `/${hashed}`);
  write(hashed, content);
}
write("index.html", Buffer.from(index));
writeFileSync(join(out, "licenses.txt"), licencesOf([metafile]));

if (compressedBytes > COMPRESSED_BYTES_MAX) {
  throw new Error(`the page may have ${COMPRESSED_BYTES_MAX} bytes compressed, and has ${compressedBytes}`);
}

function write(path, content) {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  const brotli = brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
  writeFileSync(file, content);
  writeFileSync(`${file}.br`, brotli);
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  compressedBytes += brotli.length;
}
