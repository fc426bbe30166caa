/** Which pages there are and where they stand. A page that no group has, or a group has that is not there, fails the build. */
import { readdirSync, readFileSync } from "node:fs";

const DOCS = new URL("../", import.meta.url);

/** At the top of each page: where most people want to go. */
export const NAVIGATION = [
  { text: "Start", link: "/start" },
  { text: "How it works", link: "/how-it-works" },
  { text: "Guarantees", link: "/guarantees" },
  { text: "Commands", link: "/commands" },
  { text: "Options", link: "/options" },
  { text: "API", link: "/api" },
];

/** Page by page what it is called here. */
const GROUPS = [
  {
    text: "Begin",
    pages: {
      index: "What it is",
      start: "Start in two minutes",
      "how-it-works": "How it works",
      guarantees: "Guarantees",
      comparison: "Comparison",
    },
  },
  {
    text: "Log",
    pages: {
      "from-other-loggers": "From other loggers",
      frameworks: "In frameworks",
      serverless: "Serverless and short lives",
      "other-programs": "Any program",
      privacy: "Privacy and noise",
      recipes: "Recipes",
    },
  },
  { text: "Move over", pages: pagesIn("moving-over") },
  {
    text: "Run",
    pages: {
      operating: "Operating",
      deploying: "Deploying",
      store: "A store between machines",
      page: "The page",
      metrics: "Metrics",
      troubleshooting: "Troubleshooting",
    },
  },
  { text: "API", pages: { api: "What can be imported", ...pagesIn("api") } },
  { text: "Look up", pages: { commands: "Commands", options: "Options" } },
];

/** Of interest to whoever changes the code: beside these stand the others only. */
const DECISIONS = pagesIn("adr");

/** The pages of a folder, called as they call themselves, and in the order of that. */
function pagesIn(folder) {
  const place = new URL(`${folder}/`, DOCS);
  const names = readdirSync(place).filter((name) => name.endsWith(".md"));
  const titled = names.map((name) => [`${folder}/${name.slice(0, -3)}`, titleOf(new URL(name, place))]);
  return Object.fromEntries(titled.sort(([, one], [, other]) => (one < other ? -1 : 1)));
}

function titleOf(file) {
  const [, title] = /^# (.+)$/m.exec(readFileSync(file, "utf8"));
  return title.replaceAll("`", "");
}

const listed = Object.keys(Object.assign({}, DECISIONS, ...GROUPS.map(({ pages }) => pages)));
const there = readdirSync(DOCS, { recursive: true })
  .filter((path) => path.endsWith(".md"))
  .map((path) => path.slice(0, -3));
refuse(
  "no place for",
  there.filter((page) => !listed.includes(page)),
);
refuse(
  "a place, and there is no page, for",
  listed.filter((page) => !there.includes(page)),
);

function refuse(what, pages) {
  if (pages.length > 0) throw new Error(`docs/.vitepress/navigation.mjs has ${what} ${pages.join(", ")}`);
}

const items = (pages) =>
  Object.entries(pages).map(([page, text]) => ({ text, link: page === "index" ? "/" : `/${page}` }));
const groups = GROUPS.map(({ text, pages }) => ({ text, items: items(pages) }));
const decisions = items(DECISIONS);
groups.at(-1).items.push({ text: "Decisions", link: decisions[0].link });

export const SIDEBAR = { "/": groups, "/adr/": [{ text: "Decisions", items: decisions }] };
