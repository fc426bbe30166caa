/** What a snippet takes for granted: names that it uses and does not define, and what stands for them here. */

/** By name. */
const JS: Readonly<Record<string, string>> = {
  // A global of Lambda's own Node.js.
  awslambda: "const awslambda = { streamifyResponse: (/** @type {any} */ handler) => handler };",
  logger:
    'import { DragonLogger as Logger } from "dragonlog";\nconst logger = new Logger({ service: "shop" });',
};

const APPS: Readonly<Record<string, string>> = {
  express: 'import makeExpress from "express";\nconst app = makeExpress();',
  fastify: 'import { fastify as makeFastify } from "fastify";\nconst app = makeFastify();',
  hono: 'import { Hono as MadeHono } from "hono";\nconst app = new MadeHono();',
};

/** What a snippet uses of ours without importing it, and where that is. */
const OURS: Readonly<Record<string, string>> = {
  DragonLogger: "dragonlog",
  withContext: "dragonlog",
  currentContext: "dragonlog",
  withDelivery: "dragonlog/lambda",
};

const PYTHON = ["json", "redis", "os", "sys", "time"];

/** The program that the snippet is a part of. */
export function asProgram(snippet: string): string {
  const lines: string[] = [];
  const lacks = (name: string): boolean => uses(snippet, name) && !defines(snippet, name);
  for (const [name, from] of Object.entries(OURS)) {
    if (lacks(name)) lines.push(`import { ${name} } from "${from}";`);
  }
  for (const [name, prelude] of Object.entries(JS)) if (lacks(name)) lines.push(prelude);
  const framework = Object.keys(APPS).find(
    (name) => snippet.includes(`"dragonlog/${name}"`) || snippet.includes(`"${name}"`),
  );
  if (framework !== undefined && lacks("app")) lines.push(APPS[framework]!);
  return [...lines, snippet].join("\n");
}

export function asPython(snippet: string): string {
  const lacks = PYTHON.filter(
    (name) => snippet.includes(`${name}.`) && !new RegExp(`import .*\\b${name}\\b`).test(snippet),
  );
  return [...lacks.map((name) => `import ${name}`), snippet].join("\n");
}

const word = (name: string): string => `(?<![\\w$."'\`/-])${name}(?![\\w$"'\`/-])`;

function uses(code: string, name: string): boolean {
  return new RegExp(word(name)).test(code.replace(/\/\/.*$/gm, ""));
}

function defines(code: string, name: string): boolean {
  const declared = new RegExp(`\\b(?:const|let|var|function|class)\\s+(?:\\{[^}]*)?${word(name)}`);
  const imported = new RegExp(`\\bimport\\b[^;"']*${word(name)}[^;"']*\\bfrom\\b`);
  return declared.test(code) || imported.test(code);
}
