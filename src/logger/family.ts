/** What a logger and its children share, and how it comes from the options of `new DragonLogger()`. */
import { type OptionKey, optionsIn, type ParsedOptions } from "../config/options.js";
import { loadCodeOptions } from "../config/sources.js";
import { Bindings } from "../encode/bindings.js";
import { ANY_SHIPPER } from "../journal/folder.js";
import { LEVELS, type Level } from "../record/types.js";
import { type InAppShipper, inAppShipper } from "../ship/in-app.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import type { LoggerOptions } from "./types.js";
import { Writer } from "./writer.js";

const SOURCE = "new DragonLogger()";
/** What the logger takes for its shipper, beyond what a writer needs too. */
const SHIPPING_KEYS = keysIn("in-app").filter((key) => !keysIn("logger").includes(key));

function keysIn(scope: "logger" | "in-app"): OptionKey[] {
  return optionsIn(scope).map(([key]) => key);
}

/** What a child takes over from its logger. */
export class Family {
  constructor(
    readonly writer: Writer,
    readonly shipper: InAppShipper | undefined,
    readonly service: string,
    readonly level: number,
    readonly bindings: Bindings,
    readonly requestText: string,
  ) {}
}

/** A logger's family from its options. Throws what `DragonLogger`'s constructor throws. */
export function openFamily(options: LoggerOptions): Family {
  const { onTrouble = warn, ...rest } = options ?? {};
  if (typeof onTrouble !== "function") {
    throw refuseValue("onTrouble", onTrouble, "a function");
  }
  const shipping: Record<string, unknown> = {};
  const writing: Record<string, unknown> = { ...rest };
  for (const key of SHIPPING_KEYS) {
    if (writing[key] !== undefined) {
      shipping[key] = writing[key];
    }
    delete writing[key];
  }
  const alsoNamed = [...SHIPPING_KEYS, "onTrouble"];
  const parsed: ParsedOptions<"logger"> = loadCodeOptions("logger", writing, SOURCE, process.env, alsoNamed);
  const shipper = openInAppShipper(shipping, parsed.buffer.dir, onTrouble);
  const writer = new Writer({
    root: parsed.buffer.dir,
    service: parsed.service,
    segmentBytes: parsed.segmentBytes,
    journalBytesMax: parsed.journalBytesMax,
    whenFull: parsed.whenFull,
    syncMs: parsed.syncMs,
    mapping: "auto",
    shipper: shipper?.name ?? ANY_SHIPPER,
    ...(shipper === undefined ? {} : { leaseHolder: shipper.holder }),
    clock: systemClock,
    onTrouble,
  });
  shipper?.use(writer.logged);
  return new Family(writer, shipper, parsed.service, levelIndex(parsed.level), Bindings.NONE, "");
}

function openInAppShipper(
  shipping: Record<string, unknown>,
  dir: string,
  onTrouble: (error: DragonlogError) => void,
): InAppShipper | undefined {
  const [first] = Object.keys(shipping);
  if (first === undefined) {
    return undefined;
  }
  if (shipping.to === undefined) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      `${first} of ${SOURCE} means nothing without to`,
      'Say where to ship, such as to: "cloudwatch", or set it where `dragonlog ship` runs.',
    );
  }
  return inAppShipper(
    loadCodeOptions("in-app", { ...shipping, buffer: `journal:${dir}` }, SOURCE, process.env),
    onTrouble,
  );
}

function warn(error: DragonlogError): void {
  process.emitWarning(error.message, { type: "DragonlogWarning", code: error.code, detail: error.hint });
}

/** The index of a level in `LEVELS`; -1 for what is none. */
export function levelIndex(level: Level): number {
  return LEVELS.indexOf(String(level).toUpperCase() as (typeof LEVELS)[number]);
}
