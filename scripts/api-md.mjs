/**
 * Writes docs/api.md and docs/api/ from the types that the package exports, as they were built: part of `npm run docs:write`.
 * Whatever can be imported, and each member of it, has a docstring: those without are named, and the exit code is 1.
 */
import { readFileSync } from "node:fs";
import { Node, Project } from "ts-morph";
import { bracketsInCode, writePages } from "./markdown.mjs";

const ROOT = new URL("../", import.meta.url);
const FENCE = "```";
/** A longer signature gets a line for each parameter. */
const LINE_MAX = 90;

const undocumented = [];
const modules = readModules();
/** Where each declaration that can be imported is described. */
const places = new Map();
for (const { page, symbols } of modules) {
  for (const { name, node } of symbols) {
    if (!places.has(node)) places.set(node, `${page}#${name.toLowerCase()}`);
  }
}

function readModules() {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8"));
  const project = new Project({
    tsConfigFilePath: new URL("tsconfig.json", ROOT).pathname,
    skipAddingFilesFromTsConfig: true,
  });
  const typed = Object.entries(exports).filter(([, { types }]) => types !== undefined);
  return typed.map(([path, { types }]) => {
    const source = readFileSync(new URL(types.replace(/^\.\/dist\/(.*)\.d\.ts$/, "$1.ts"), ROOT), "utf8");
    const declared = project.addSourceFileAtPath(new URL(types, ROOT).pathname).getExportedDeclarations();
    return {
      name: path.replace(/^\./, "dragonlog"),
      page: `${path.replace(/^\.\/?/, "") || "dragonlog"}.md`,
      text: plain(/^\/\*\* (.*?)\s*\*\/\n/s.exec(source)?.[1] ?? missing(types)),
      // Of the forms of a function the last is the one that takes most.
      symbols: [...declared].map(([name, nodes]) => ({ name, node: nodes.at(-1) })).sort(byKind),
    };
  });
}

/** What is called first, classes before all; then the types that it takes and gives. */
function byKind({ node: one }, { node: other }) {
  const rank = (node) =>
    Node.isClassDeclaration(node)
      ? 0
      : Node.isInterfaceDeclaration(node) || Node.isTypeAliasDeclaration(node)
        ? 2
        : 1;
  return rank(one) - rank(other);
}

function missing(name) {
  undocumented.push(name);
  return "";
}

/** A docstring without the stars of its lines, and with links to the pages that it names. */
function plain(text) {
  const linked = (_, page) => `[${titleOf(page)}](../${page})`;
  return text.replace(/\n \* ?/g, "\n").replace(/\bdocs\/([\w-]+\.md)/g, linked);
}

function titleOf(page) {
  return /^# (.+)$/m.exec(readFileSync(new URL(`docs/${page}`, ROOT), "utf8"))[1];
}

function docsOf(node, name) {
  // Of a variable, it stands before the statement.
  const docs = (Node.isVariableDeclaration(node) ? node.getVariableStatementOrThrow() : node)
    .getJsDocs()
    .at(-1);
  const throws = docs?.getTags().map((tag) => `Throws ${tag.getCommentText()}.`) ?? [];
  return plain([docs?.getDescription().trim(), ...throws].filter(Boolean).join("\n\n")) || missing(name);
}

/** A type as it was written, on one line; what stands for it within the package only, written out. */
function typeText(node) {
  const named =
    Node.isTypeReference(node) && node.getTypeName().getSymbol()?.getAliasedSymbol()?.getDeclarations()[0];
  const isOurs = named && Node.isTypeAliasDeclaration(named) && !places.has(named) && isPublic(named);
  return (isOurs ? named.getTypeNode() : node).getText().replace(/\s+/g, " ");
}

function callOf(node, name, lineMax = Infinity) {
  const generics = node.getTypeParameters?.().map((each) => each.getText()) ?? [];
  const parameters = node.getParameters().map((each) => each.getText().replace(/\s+/g, " "));
  const start = `${name}${generics.length > 0 ? `<${generics.join(", ")}>` : ""}`;
  const end = Node.isConstructorDeclaration(node) ? "" : `: ${typeText(node.getReturnTypeNode())}`;
  const line = `${start}(${parameters.join(", ")})${end}`;
  return line.length <= lineMax || parameters.length === 0
    ? line
    : `${start}(\n  ${parameters.join(",\n  ")},\n)${end}`;
}

/** The comment tells test/documented/ that these are declarations, and no program. */
const block = (code) => `<!-- not run: sample -->\n${FENCE}ts\n${code.replace(/[^}]$/, "$&;")}\n${FENCE}`;

/** What describes a symbol: its signature if it has one, its docstring, its members. */
function section({ name, node }, page) {
  const parts = [`## ${name}`, signature(node, name), docsOf(node, name)];
  if (Node.isClassDeclaration(node) || Node.isInterfaceDeclaration(node) || isListed(node)) {
    const { own, others } = membersOf(node);
    parts.push(own.map((member) => item(member, name)).join("\n"));
    parts.push(...others.map((other) => `And what [${other.getName()}](${linkTo(other, page)}) has.`));
  }
  return parts.filter(Boolean).join("\n\n");
}

function signature(node, name) {
  if (Node.isFunctionDeclaration(node)) return block(`function ${callOf(node, node.getName(), LINE_MAX)}`);
  if (Node.isVariableDeclaration(node))
    return block(`declare const ${name}: ${typeText(node.getTypeNode())}`);
  if (Node.isClassDeclaration(node)) {
    const made = node.getConstructors().find(isPublic);
    return made && block(`class ${name} {\n  ${callOf(made, "constructor")};\n}`);
  }
  if (!Node.isTypeAliasDeclaration(node) || isListed(node)) return;
  const literals = node.getType().getUnionTypes();
  const isNames = literals.length > 0 && literals.every((type) => type.isStringLiteral());
  const names = literals.map((type) => `\n  | ${type.getText()}`);
  if (isNames) return block(`type ${name} =${names.join("")}`);
  // An object of one member takes three lines in what the compiler writes.
  const text = node
    .getTypeNode()
    .getText()
    .replace(/\{\n\s+([^\n]+);\n\}/g, "{ $1 }");
  return block(`type ${name} = ${text}`);
}

const linkTo = (node, page) => places.get(node).replace(new RegExp(`^${page}#`), "#");

/** Whether a type is told by its members: not where some have the same name, as in a union of kinds. */
function isListed(node) {
  if (!Node.isTypeAliasDeclaration(node)) return false;
  const { own, others } = membersOf(node);
  const names = own.map((member) => member.getName());
  return names.length + others.length > 0 && new Set(names).size === names.length;
}

/** The members of a type that are declared in the package: those to be listed, and whatever else is described already. */
function membersOf(node) {
  const type = node.getType();
  const types = type.isUnion() ? type.getUnionTypes() : [type];
  const statics = Node.isClassDeclaration(node) ? node.getStaticMethods() : [];
  const declared = types.flatMap((each) => each.getProperties()).map((symbol) => symbol.getDeclarations()[0]);
  const members = [...new Set([...statics, ...declared])].filter(isPublic);
  const isElsewhere = (member) => member.getParent() !== node && places.has(member.getParent());
  return {
    own: members.filter((member) => !isElsewhere(member)),
    others: [...new Set(members.filter(isElsewhere).map((member) => member.getParent()))],
  };
}

function isPublic(member) {
  if (/\/node_modules\//.test(member.getSourceFile().getFilePath())) return false;
  const tags = member.getJsDocs().flatMap((docs) => docs.getTags());
  const isOurs =
    tags.some((tag) => tag.getTagName() === "internal") ||
    /^(#|\[(?!Symbol\.))/.test(member.getName?.() ?? "");
  return !isOurs && !member.hasModifier?.("private") && !member.hasModifier?.("protected");
}

function item(member, owner) {
  const name = `${member.isStatic?.() ? `${owner}.` : ""}${member.getName()}`;
  const docs = docsOf(member, `${owner}.${member.getName()}`);
  return `- \`${codeOf(member, name)}\`  \n  ${docs.replaceAll("\n", "\n  ").replace(/ +$/gm, "")}`;
}

function codeOf(member, name) {
  if (Node.isMethodDeclaration(member) || Node.isMethodSignature(member)) return callOf(member, name);
  if (Node.isGetAccessorDeclaration(member)) return `${name}: ${typeText(member.getReturnTypeNode())}`;
  const type = member.getTypeNode() ?? member.getInitializer();
  return `${name}${member.hasQuestionToken() ? "?" : ""}: ${typeText(type)}`;
}

function pageOf({ name, page, text, symbols }) {
  const sections = symbols.map((symbol) => section(symbol, page));
  return bracketsInCode([`# ${name}`, text, ...sections].join("\n\n")).concat("\n");
}

/** A module and its names, as an item of a list. */
function entry({ name, page, text, symbols }) {
  const names = symbols.map((symbol) => `[${symbol.name}](api/${page}#${symbol.name.toLowerCase()})`);
  return `- [\`${name}\`](api/${page})  \n  ${text.replaceAll("\n", " ")}  \n  ${names.join(", ")}`;
}

const overview = `# API

What can be imported, written by \`npm run docs:write\` from the types that come with the package.

${modules.map(entry).join("\n")}
`;
const pages = modules.map((module) => [`docs/api/${module.page}`, pageOf(module)]);
writePages({ "docs/api.md": overview.replaceAll("](../", "]("), ...Object.fromEntries(pages) });
if (undocumented.length > 0) {
  console.error(`without a docstring:\n  ${undocumented.join("\n  ")}`);
  process.exitCode = 1;
}
