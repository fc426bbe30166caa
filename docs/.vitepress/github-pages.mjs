/**
 * The pages of docs/ are written for GitHub, and read there as they are. This is what the site needs to show the same: anchors with
 * GitHub's names, pictures by the theme that was chosen, and no links to files of the repository that are no pages.
 */
import { posix } from "node:path";

/** The anchor of a heading, as GitHub makes it; markdown-it-anchor numbers equal ones as GitHub does. */
export function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** A plugin of markdown-it. */
export function readGithubPages(md) {
  md.core.ruler.push("github-pages", ({ tokens, env }) => {
    for (const token of tokens.flatMap((each) => [each, ...(each.children ?? [])])) {
      if (token.type === "html_block" || token.type === "html_inline") readHtml(token, env.relativePath);
    }
    for (const { children } of tokens) if (children) unlinkFiles(children, env.relativePath);
  });
}

/** Of HTML, pages use comments, pictures and little else: `<dir>` outside of code is a slip, which GitHub would hide. */
const HTML = /^<\/?(picture|source|img|br|details|summary|kbd)\b/;
const PICTURE =
  /<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">\s*<img src="([^"]+)"(.*?)>\s*<\/picture>/gs;

function readHtml(token, page) {
  const text = token.content.replace(/<!--.*?-->/gs, "");
  const foreign = text.match(/<\/?[^>]*>?/g)?.find((tag) => !HTML.test(tag));
  if (foreign !== undefined)
    throw new Error(`docs/${page}: ${foreign} is read as HTML; as text it stands in backticks`);
  token.content = text.replace(
    PICTURE,
    (_, dark, light, rest) =>
      `<img class="in-light" src="./${light}"${rest}><img class="in-dark" src="./${dark}"${rest}>`,
  );
}

/** What a link out of docs/ is called stays, as text: the site does not know where the repository is published. */
function unlinkFiles(tokens, page) {
  let isOut = false;
  for (const token of tokens) {
    if (token.type === "link_open") isOut = leavesDocs(token.attrGet("href"), page);
    if (isOut && /^link_(open|close)$/.test(token.type)) Object.assign(token, { type: "text", content: "" });
  }
}

function leavesDocs(target, page) {
  return !/^([a-z]+:|#|\/)/.test(target) && posix.join(posix.dirname(page), target).startsWith("..");
}
