/**
 * Makes a picture of what a program has printed, with its colours, as an SVG:
 *
 *     FORCE_COLOR=1 dragonlog status | node scripts/terminal-svg.mjs --command "dragonlog status" > status.svg
 *
 * `--command` is shown as the prompt's line above it. Each piece of text stands at its column and is as wide as its columns,
 * whatever the font of whoever looks. Dark or light as the reader's system is.
 */
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const CELL = { width: 7.8, height: 18 };
const MARGIN = { x: 16, top: 44, bottom: 14 };
const COLUMNS_MIN = 80;

/** The eight colours of SGR 30 to 37 and, from 90 on, the bright ones. */
const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const LIGHT = ["#1f2328", "#cf222e", "#116329", "#7d4e00", "#0550ae", "#8250df", "#1b7c83", "#59636e"];
const DARK = ["#484f58", "#ff7b72", "#3fb950", "#d29922", "#79c0ff", "#d2a8ff", "#56d4dd", "#d1d7e0"];
const GREY = { light: "#59636e", dark: "#9198a1" };

/** Two columns wide in a terminal: East Asian letters, and what is shown as a picture. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;

/** @param {string} output @param {string} [command] @returns {string} */
export function terminalSvg(output, command) {
  const prompt = command === undefined ? "" : `\x1b[32m$\x1b[0m \x1b[1m${command}\x1b[0m\n`;
  const lines = pieces(`${prompt}${output.replace(/\n+$/, "")}`);
  const columns = Math.max(COLUMNS_MIN, ...lines.map((line) => endOf(line.at(-1))));
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN.x);
  const height = Math.ceil(lines.length * CELL.height + MARGIN.top + MARGIN.bottom);
  const texts = lines.flatMap((line, row) => line.map((piece) => element(piece, row)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(command ?? "terminal")}</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328}
rect{fill:#f6f8fa;stroke:#d1d9e0}circle{fill:#c8d1da}.b{font-weight:600}.d{fill:${GREY.light}}
${rules(LIGHT, GREY.light)}
@media (prefers-color-scheme:dark){text{fill:#d1d7e0}rect{fill:#151b23;stroke:#3d444d}circle{fill:#3d444d}.d{fill:${GREY.dark}}
${rules(DARK, GREY.dark)}}
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
${[20, 38, 56].map((x) => `<circle cx="${x}" cy="20" r="5.5"/>`).join("")}
${texts.join("\n")}
</svg>
`;
}

function rules(colours, grey) {
  return colours.map((colour, n) => `.${NAMES[n]}{fill:${n === 0 ? grey : colour}}`).join("");
}

/** Each line as pieces of one style, with the columns they take. */
function pieces(output) {
  let style = {};
  return output.split("\n").map((line) => {
    const found = [];
    let column = 0;
    for (const [, codes, piece] of line.matchAll(/\x1b\[([\d;]*)m|([^\x1b]+|\x1b)/g)) {
      if (piece === undefined) {
        style = styled(style, codes);
        continue;
      }
      if (/\p{Cc}/u.test(piece)) throw new Error(`no picture of ${JSON.stringify(piece)}`);
      // Viewers do not agree on spaces in a row, so that only single ones are left to them.
      for (const [words] of piece.matchAll(/\S+(?: \S+)*|\s+/g)) {
        const columns = [...words].reduce((sum, char) => sum + (WIDE.test(char) ? 2 : 1), 0);
        if (words.trim() !== "") found.push({ text: words, column, columns, style });
        column += columns;
      }
    }
    return found;
  });
}

function endOf(piece) {
  return piece === undefined ? 0 : piece.column + piece.columns;
}

function styled(before, codes) {
  let style = { ...before };
  for (const code of codes.split(";").map(Number)) {
    const colour = NAMES[code >= 90 ? code - 90 : code - 30];
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 22) style.bold = style.dim = false;
    else if (code === 39) style.colour = undefined;
    else if (colour !== undefined) style.colour = colour;
    else throw new Error(`no picture of SGR ${codes}`);
  }
  return style;
}

function element({ text: piece, column, columns, style }, row) {
  const classes = [style.bold && "b", style.dim && "d", style.colour].filter(Boolean).join(" ");
  const x = (MARGIN.x + column * CELL.width).toFixed(1);
  const y = MARGIN.top + (row + 0.75) * CELL.height;
  const length = (columns * CELL.width).toFixed(1);
  const attributes = `x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"`;
  return `<text ${attributes}${classes && ` class="${classes}"`}>${escaped(piece)}</text>`;
}

function escaped(piece) {
  return piece.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { command: { type: "string" } } });
  process.stdout.write(terminalSvg(await text(process.stdin), values.command));
}
