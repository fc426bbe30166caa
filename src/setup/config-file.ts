/** The text of a dragonlog.json that explains itself: every option of `dragonlog ship`, those that are not set as comments. */
import { OPTION_GROUPS } from "../config/groups.js";
import { variableOf } from "../config/names.js";
import type { Option, OptionKey } from "../config/options.js";
import { accepted } from "../config/read-value.js";
import { secretUrl } from "./env-file.js";
import type { ShipOptions } from "./ship-options.js";
import { lastingOptions, writtenValue } from "./written-value.js";

const LINE_CHARACTERS_MAX = 110;
/** What stands behind the names that have no default, to show how a value looks. */
const EXAMPLES: Partial<Record<OptionKey, unknown>> = {
  region: "eu-central-1",
  endpoint: "http://127.0.0.1:9901",
  retentionDays: 90,
  mailTo: "ops@example.com",
  mailFrom: "dragonlog@example.com",
};

const HEAD = `// The options of dragonlog. Its commands read this file when they run in this folder, or with --config.
// What is commented out shows the default, or an example where there is none. Flags, and variables such as
// DRAGONLOG_REGION, are stronger than this file.
`;

/** Sets what differs from its default, except secrets. */
export function configFile(options: ShipOptions): string {
  const known = lastingOptions();
  const parts = OPTION_GROUPS.flatMap(({ title, text, keys }) => {
    const entries = known.filter(([key]) => keys.includes(key));
    const heading = comment(`---- ${title}. ${text}`);
    return entries.length === 0
      ? []
      : [heading, ...entries.map(([key, option]) => entry(key, option, options))];
  });
  return `${HEAD}{\n${parts.join("\n")}}\n`;
}

function entry(key: OptionKey, option: Option, options: ShipOptions): string {
  if (option.secret) {
    return comment(`${key}: ${option.doc} A secret: set the variable ${variableOf(key)} instead.`);
  }
  if (key === "buffer" && secretUrl(options) !== undefined) {
    return comment(
      `${key}: ${option.doc} Its URL holds a password: set the variable ${variableOf(key)} instead.`,
    );
  }
  const takes = option.kind === "text" ? "" : ` Takes ${accepted(option)}.`;
  const value = writtenValue(key, option, options);
  const line =
    value === undefined
      ? `// "${key}": ${JSON.stringify(shownValue(key, option, options))},`
      : `"${key}": ${JSON.stringify(value)},`;
  return `${comment(option.doc + takes)}  ${line}\n`;
}

function shownValue(key: OptionKey, option: Option, { journalDir }: ShipOptions): unknown {
  const given = option.default ?? EXAMPLES[key];
  return typeof given === "function" ? given(journalDir) : given;
}

/** The sentence in lines of comment. */
function comment(sentence: string): string {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length > LINE_CHARACTERS_MAX - "  //".length) lines.push(` ${word}`);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => `  //${line}\n`).join("");
}
