/**
 * What a release has to agree on, and what it tells:
 *
 *     node scripts/release.mjs check <tag> <owner/name>     exit code 1, with every fault, if something does not agree
 *     node scripts/release.mjs notes                        prints the changelog's section of this version
 */
import { readFileSync } from "node:fs";

const [command, ...args] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const section = sectionOf(readFileSync("CHANGELOG.md", "utf8"), manifest.version);

if (command === "check" && args.length === 2) {
  const faults = faultsOf(...args);
  for (const fault of faults) console.error(`release: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} else if (command === "notes" && args.length === 0) {
  if (section === undefined) throw new Error(`CHANGELOG.md has no section of ${manifest.version}`);
  console.log(section.text);
} else {
  console.error("usage: node scripts/release.mjs check <tag> <owner/name> | notes");
  process.exitCode = 2;
}

function faultsOf(tag, repository) {
  const { version } = manifest;
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const url = manifest.repository?.url ?? "";
  return [
    tag !== `v${version}` && `the tag is ${tag}, and package.json says ${version}`,
    lock.version !== version && `package-lock.json says ${lock.version}, and package.json ${version}`,
    section === undefined && `CHANGELOG.md has no section "## [${version}] - <date>"`,
    section !== undefined &&
      !/^\d{4}-\d\d-\d\d$/.test(section.date) &&
      `CHANGELOG.md says of ${version} "${section.date}", where its date belongs`,
    // npm takes no provenance from a repository that the package does not name.
    !url.replace(/\.git$/, "").endsWith(`/${repository}`) &&
      `package.json names ${url || "no repository"}; npm pkg set repository.url=git+https://github.com/${repository}.git`,
  ].filter((fault) => fault !== false);
}

/** From its heading to the next one. */
function sectionOf(changelog, version) {
  const parts = changelog.split(/^## \[/m);
  const part = parts.find((text) => text.startsWith(`${version}] - `));
  if (part === undefined) return undefined;
  const [heading, ...lines] = part.split("\n");
  return { date: heading.slice(`${version}] - `.length).trim(), text: lines.join("\n").trim() };
}
