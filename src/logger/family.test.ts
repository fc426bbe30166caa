import assert from "node:assert/strict";
import { test } from "node:test";
import { type OptionKey, optionsIn, type ParsedOptions } from "../config/options.js";
import { openFamily } from "./family.js";
import type { LoggerOptions } from "./types.js";

function refused(options: object, code: string, message: RegExp, hint: RegExp): void {
  assert.throws(() => openFamily(options as LoggerOptions), { code, message, hint });
}

test("a slip in the name of any option of the logger is answered with that name", () => {
  const keys = new Set<OptionKey>([...optionsIn("logger"), ...optionsIn("in-app")].map(([key]) => key));
  for (const key of keys) {
    if (key.length < 3) continue;
    const slip = `${key.slice(0, -2)}${key.at(-1)}${key.at(-2)}`;
    if (slip === key) continue;
    const of = new RegExp(`^${slip} of new DragonLogger\\(\\) is no option of dragonlog$`);
    refused(
      { service: "a", [slip]: 1 },
      "DRAGONLOG_OPTION_UNKNOWN",
      of,
      new RegExp(`^Did you mean ${key}\\?$`),
    );
  }
  refused({ service: "a", onTroubel: 1 }, "DRAGONLOG_OPTION_UNKNOWN", /^onTroubel/, /mean onTrouble\?/);
});

test("an option of the shipper means nothing without to, and one of a command nothing at all", () => {
  refused(
    { service: "a", mailTo: "a@b" },
    "DRAGONLOG_OPTION_INVALID",
    /^mailTo .* means nothing without to$/,
    /./,
  );
  refused(
    { service: "a", to: "stdout", once: true },
    "DRAGONLOG_OPTION_UNKNOWN",
    /^once .* no option here/,
    /./,
  );
  refused(
    { service: "a", to: "stdout", tries: 0 },
    "DRAGONLOG_OPTION_INVALID",
    /^tries .* cannot be 0$/,
    /1 to 10/,
  );
});

test("the type of the options has a member for each of them, and for nothing else", () => {
  type Typed = keyof Omit<LoggerOptions, "onTrouble">;
  type InTable = keyof ParsedOptions<"logger" | "in-app" | "forward">;
  // A build with a difference fails here.
  const same: [Exclude<InTable, Typed>, Exclude<Typed, InTable>] extends [never, never] ? true : false = true;
  assert.ok(same);
});
