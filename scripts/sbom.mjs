/**
 * `npm run sbom`: writes what the package consists of, as CycloneDX 1.6 in JSON: what npm installs with it on any platform, by
 * package-lock.json, and the libraries that are built in, which no tool could find, by the texts of their licences that the build
 * wrote. What applications choose to have beside it, its optional peers, is no part of it.
 *
 *     node scripts/sbom.mjs [file]      default: dist/sbom.cdx.json
 */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { packagesIn } from "./licences.mjs";

/** Where the build says what it has built in. */
const BUILT_IN = ["dist/src/vendored-licenses.txt", "dist/web/licenses.txt"];

const out = process.argv[2] ?? "dist/sbom.cdx.json";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

const components = new Map();
const dependencies = new Map();

const root = { ...componentOf(manifest), description: manifest.description };
const builtIn = BUILT_IN.flatMap((file) =>
  packagesIn(readFileSync(file, "utf8")).map((found) => addBuiltIn(found, file)),
);
dependencies.set(root["bom-ref"], [...namesIn(manifest).map(addInstalled), ...builtIn]);

writeFileSync(
  out,
  `${JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      serialNumber: `urn:uuid:${randomUUID()}`,
      version: 1,
      metadata: { timestamp: new Date().toISOString(), lifecycles: [{ phase: "build" }], component: root },
      components: [...components.values()],
      dependencies: [...dependencies].map(([ref, dependsOn]) => ({ ref, dependsOn })),
    },
    null,
    2,
  )}\n`,
);
console.log(`${out}: ${components.size} components`);

function namesIn({ dependencies = {}, optionalDependencies = {} }) {
  return Object.keys({ ...dependencies, ...optionalDependencies });
}

/** What npm installs, and what that needs in turn; each once. */
function addInstalled(name) {
  const locked = lockedOf(name);
  const isOptional = name in (manifest.optionalDependencies ?? {});
  const component = {
    ...componentOf({ name, ...locked }),
    scope: isOptional ? "optional" : "required",
    ...checksumOf(locked),
  };
  const ref = component["bom-ref"];
  if (!components.has(ref)) {
    components.set(ref, component);
    dependencies.set(ref, namesIn(locked).map(addInstalled));
  }
  return ref;
}

function addBuiltIn({ name, version, license }, file) {
  const locked = lockedOf(name);
  if (locked.version !== version) {
    throw new Error(`${file} has ${name} ${version}, package-lock.json ${locked.version}: npm run build`);
  }
  const component = {
    ...componentOf({ name, version, license }),
    scope: "required",
    ...checksumOf(locked),
    properties: [{ name: "dragonlog:built-in", value: file }],
  };
  const ref = component["bom-ref"];
  components.set(ref, component);
  // All that it uses is built in beside it.
  dependencies.set(ref, []);
  return ref;
}

function lockedOf(name) {
  const locked = packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}`);
  return locked;
}

function componentOf({ name, version, license }) {
  const [, group, own] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name);
  const purl = `pkg:npm/${group === undefined ? "" : `${encodeURIComponent(group)}/`}${own}@${version}`;
  return {
    type: "library",
    "bom-ref": purl,
    ...(group !== undefined && { group }),
    name: own,
    version,
    licenses: [/^[\w.-]+$/.test(license) ? { license: { id: license } } : { expression: license }],
    purl,
  };
}

/** The checksum of the tarball that npm installs, or that was built in. */
function checksumOf({ integrity }) {
  const [algorithm, digest] = integrity.split("-");
  const content = Buffer.from(digest, "base64").toString("hex");
  return { hashes: [{ alg: algorithm.replace(/^sha/, "SHA-"), content }] };
}
