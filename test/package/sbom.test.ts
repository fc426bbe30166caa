/** The SBOM is valid, and lists what npm installs with the package and what is built into it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { Application, ROOT } from "../integration/application.js";

interface Component {
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly scope: string;
  readonly licenses: readonly { license?: { id: string }; expression?: string }[];
  readonly hashes: readonly { alg: string; content: string }[];
  readonly properties?: readonly { value: string }[];
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { ref: string; dependsOn: readonly string[] }[];
}

const BUILT_IN: Readonly<Record<string, string>> = {
  "@hono/node-server": "dist/src/vendored-licenses.txt",
  commander: "dist/src/vendored-licenses.txt",
  hono: "dist/src/vendored-licenses.txt",
  "prom-client": "dist/src/vendored-licenses.txt",
  preact: "dist/web/licenses.txt",
  uplot: "dist/web/licenses.txt",
};

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));

test("the SBOM of what was built", async (context) => {
  const out = join(new Application(context).dir, "sbom.cdx.json");
  execFileSync(process.execPath, ["scripts/sbom.mjs", out], { cwd: ROOT });
  const text = readFileSync(out, "utf8");
  const bom: Bom = JSON.parse(text);

  await context.test("holds to the schema of CycloneDX", async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    assert.equal(await validator.validate(text), null);
    assert.notEqual(await validator.validate(text.replace('"SHA-512"', '"SHA-X"')), null);
  });

  await context.test("has what npm installs, on every platform, and what is built in", () => {
    const manifest = read("package.json");
    const direct = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const names = bom.components.map(nameOf);
    assert.deepEqual(names.sort(), [...direct, ...Object.keys(BUILT_IN)].sort());
    const builtIn = bom.components.filter(({ properties }) => properties !== undefined);
    assert.deepEqual(
      Object.fromEntries(builtIn.map((component) => [nameOf(component), component.properties![0]!.value])),
      BUILT_IN,
    );
  });

  await context.test("says of each its version, licence, address and checksum", () => {
    const { packages } = read("package-lock.json");
    for (const component of bom.components) {
      const name = nameOf(component);
      const locked = packages[`node_modules/${name}`];
      assert.equal(component.version, locked.version, name);
      assert.equal(component.licenses[0]!.license!.id, locked.license, name);
      assert.equal(component.purl, `pkg:npm/${name.replace("@", "%40")}@${locked.version}`);
      const { alg, content } = component.hashes[0]!;
      assert.equal(alg, "SHA-512");
      assert.equal(`sha512-${Buffer.from(content, "hex").toString("base64")}`, locked.integrity, name);
    }
  });

  await context.test("tells what needs what, by references that lead somewhere", () => {
    const { component } = bom.metadata;
    const refs = bom.components.map((component) => component["bom-ref"]);
    const own = bom.dependencies.find(({ ref }) => ref === component["bom-ref"]);
    assert.deepEqual([...own!.dependsOn].sort(), [...refs].sort());
    assert.deepEqual(bom.dependencies.map(({ ref }) => ref).sort(), [component["bom-ref"], ...refs].sort());
  });
});

function nameOf({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`;
}
