/**
 * Writes src/sink/cloudwatch/escape-wasm.ts from escape.wat beside it: `npm run wasm`. With `--print`, the text goes to
 * standard output and the file stays as it is.
 */
import { readFileSync, writeFileSync } from "node:fs";
import wabt from "wabt";

const FOLDER = new URL("../src/sink/cloudwatch/", import.meta.url);

const { parseWat } = await wabt();
const { buffer } = parseWat("escape.wat", readFileSync(new URL("escape.wat", FOLDER), "utf8"), {
  simd: true,
}).toBinary({});
const text = `/** escape.wat, as \`npm run wasm\` has made it. */
export const ESCAPE_WASM =
  "${Buffer.from(buffer).toString("base64")}";
`;
if (process.argv.includes("--print")) process.stdout.write(text);
else writeFileSync(new URL("escape-wasm.ts", FOLDER), text);
