/** The texts of the licences of what esbuild has built in. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SEPARATOR = `\n${"-".repeat(100)}\n\n`;

/** Of the packages that these builds took something from; `metafiles` are esbuild's. */
export function licencesOf(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.flatMap((input) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  const texts = [...new Set(folders)].map(licenceIn);
  return texts.sort().join(SEPARATOR);
}

/** The packages that a text of `licencesOf` begins its parts with: names, versions, and the SPDX expressions of their licences. */
export function packagesIn(text) {
  return text
    .split(SEPARATOR)
    .filter((part) => part !== "")
    .map((part) => {
      const heading = /^(\S+) (\S+) \((.+)\)\n/.exec(part);
      if (heading === null) throw new Error(`no package is named by: ${part.slice(0, 100)}`);
      const [, name, version, license] = heading;
      return { name, version, license };
    });
}

function licenceIn(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no text of its licence`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
