/**
 * `npm run profile:top -- FILE.cpuprofile …`: the functions in which a process spent most of its time, each without those
 * that it called. Of several files, one after the other; `--lines 40` shows more.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lines: { type: "string", default: "25" } },
});

for (const file of positionals) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8"));
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const selfUs = new Map();
  for (const [index, id] of samples.entries()) {
    const place = places.get(id);
    selfUs.set(place, (selfUs.get(place) ?? 0) + timeDeltas[index]);
  }
  const busy = [...selfUs].filter(([place]) => place !== "(idle)").sort((a, b) => b[1] - a[1]);
  const total = busy.reduce((sum, [, us]) => sum + us, 0);
  console.log(`${basename(file)}: ${(total / 1000).toFixed(0)} ms busy`);
  for (const [place, us] of busy.slice(0, Number(values.lines))) {
    const share = ((100 * us) / total).toFixed(1);
    console.log(`${share.padStart(6)} %  ${(us / 1000).toFixed(1).padStart(9)} ms  ${place}`);
  }
}

/** `writeBody src/sink/cloudwatch/body.js:30`, from the folder of package.json. */
function placeOf({ functionName, url, lineNumber }) {
  const name = functionName || "(anonymous)";
  return url === "" ? name : `${name} ${url.replace(/^.*?\/(?=dist|node_modules)/, "")}:${lineNumber + 1}`;
}
