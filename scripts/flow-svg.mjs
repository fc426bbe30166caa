/** Draws the flow of docs/how-it-works.md, light and dark: part of `npm run docs:write`. Narrow enough to be read on a phone. */
import { writePages } from "./markdown.mjs";

const [WIDTH, HEIGHT] = [520, 708];
/** Of the page that `dragonlog ship` serves, see web/styles/tokens.css. */
const THEMES = {
  light: {
    ground: "#fff",
    line: "#87928d",
    text: "#19201e",
    dim: "#56615d",
    accent: "#0b6b60",
    soft: "#dff0ec",
  },
  dark: {
    ground: "#151b1a",
    line: "#66746f",
    text: "#dfe7e4",
    dim: "#98a6a1",
    accent: "#52cbb7",
    soft: "#17332e",
  },
};

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const text = (x, y, words, kind = "") => `<text x="${x}" y="${y}" class="${kind}">${escaped(words)}</text>`;

/** A frame around a part of the flow, with its name and what it is. */
const frame = (y, height, name, what) =>
  `<rect x="10" y="${y}" width="500" height="${height}" rx="8" class="frame"/>` +
  text(26, y + 27, name, "name") +
  text(494, y + 27, what, "dim right");

const step = (x, y, width, name, what) =>
  `<rect x="${x}" y="${y}" width="${width}" height="52" rx="6" class="step"/>` +
  text(x + width / 2, y + 22, name, "name middle") +
  text(x + width / 2, y + 41, what, "dim middle small");

const arrow = (path) => `<path d="${path}" class="arrow" marker-end="url(#head)"/>`;

/** A segment of the journal, filled so far; those behind the cursor are delivered. */
const segment = (x, share, kind) =>
  `<rect x="${x}" y="306" width="104" height="26" rx="3" class="segment"/>` +
  (share > 0 ? `<rect x="${x}" y="306" width="${104 * share}" height="26" rx="3" class="${kind}"/>` : "");

const DRAWING = [
  frame(10, 156, "application", "one process, or many"),
  text(260, 66, 'logger.info("paid", { order: 7 })', "code middle"),
  arrow("M260 74 V88"),
  step(96, 92, 150, "record", "time, type, id"),
  arrow("M250 118 H270"),
  step(274, 92, 150, "line", "its JSON text"),
  arrow("M349 144 V246"),
  text(336, 190, "copied into mapped memory,", "dim right"),
  text(336, 209, "one atomic store: the call returns", "dim right"),

  frame(250, 128, "journal", "files, one folder for each writer"),
  segment(26, 1, "delivered"),
  segment(142, 1, "waiting"),
  segment(258, 0.6, "waiting"),
  segment(374, 0, ""),
  arrow("M136 360 V338"),
  text(136, 372, "cursor", "dim middle small"),
  text(78, 298, "delivered", "dim middle small"),
  text(252, 298, "waiting", "dim middle small"),
  text(426, 298, "free", "dim middle small"),
  arrow("M60 382 V436"),
  text(74, 405, "read, in order;", "dim"),
  text(74, 424, "nothing is deleted yet", "dim"),
  arrow("M440 470 V382"),
  text(426, 405, "accepted: the cursor", "dim right"),
  text(426, 424, "moves, segments go", "dim right"),

  frame(440, 104, "shipper", ""),
  text(98, 467, "another process, or a thread; holds the lease", "dim"),
  step(26, 478, 130, "merge", "by time, in order"),
  arrow("M160 504 H191"),
  step(195, 478, 130, "batch", "one request"),
  arrow("M329 504 H360"),
  step(364, 478, 130, "sink", "tries, circuit"),
  arrow("M440 534 V600"),
  arrow("M418 534 V572 H135 V600"),

  `<rect x="290" y="604" width="220" height="94" rx="8" class="frame"/>`,
  text(400, 632, "CloudWatch Logs", "name middle"),
  text(400, 654, "or NDJSON files, or stdout", "dim middle small"),
  text(400, 676, "every line as it was written", "dim middle small"),
  `<rect x="10" y="604" width="250" height="94" rx="8" class="frame"/>`,
  text(135, 632, "dead letters", "name middle"),
  text(135, 654, "refused for good: on disk, with", "dim middle small"),
  text(135, 676, "the reason, to be sent again", "dim middle small"),
].join("\n");

function drawing({ ground, line, text, dim, accent, soft }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">
<title>The flow of a record</title>
<style>
text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: ${text}; }
.name { font-weight: 600; }
.dim { fill: ${dim}; }
.small { font-size: 13px; }
.code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.middle { text-anchor: middle; }
.right { text-anchor: end; }
.frame { fill: ${ground}; stroke: ${line}; }
.step { fill: ${soft}; stroke: ${accent}; }
.segment { fill: none; stroke: ${line}; }
.waiting { fill: ${accent}; }
.delivered { fill: ${soft}; stroke: ${line}; }
.arrow { fill: none; stroke: ${accent}; stroke-width: 1.5; }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
<path d="M0 0 L8 4 L0 8 z" fill="${accent}"/></marker></defs>
${DRAWING}
</svg>
`;
}

const pictures = Object.entries(THEMES).map(([name, colours]) => [
  `docs/pictures/flow-${name}.svg`,
  drawing(colours),
]);
writePages(Object.fromEntries(pictures));
