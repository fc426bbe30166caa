/** What a logger and its children share, and how it comes from the options of `new DragonLogger()`. */
import { type OptionKey, optionsIn, type ParsedOptions } from "../config/options.js";
import { loadCodeOptions } from "../config/sources.js";
import { Bindings } from "../encode/bindings.js";
import { inAppForwarder } from "../forward/in-app-forwarder.js";
import { ANY_SHIPPER } from "../journal/folder.js";
import { Redactor } from "../redact/redactor.js";
import { type Carrier, inAppShipper } from "../ship/in-app.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import { type LevelCell, levelIndex } from "./levels.js";
import type { LoggerOptions } from "./types.js";
import { Writer } from "./writer.js";

const SOURCE = "new DragonLogger()";
/** What the logger takes for its shipper or its forwarder, beyond what a writer needs too. */
const CARRYING_KEYS = [...new Set([...keysIn("in-app"), ...keysIn("forward")])].filter(
  (key) => !keysIn("logger").includes(key),
);

function keysIn(scope: "logger" | "in-app" | "forward"): OptionKey[] {
  return optionsIn(scope).map(([key]) => key);
}

/** What a child takes over from its logger. */
export class Family {
  constructor(
    readonly writer: Writer,
    /** Undefined where others on this machine take the records out of the journal. */
    readonly carrier: Carrier | undefined,
    readonly service: string,
    readonly level: LevelCell,
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
  const carrying: Record<string, unknown> = {};
  const writing: Record<string, unknown> = { ...rest };
  for (const key of CARRYING_KEYS) {
    if (writing[key] !== undefined) {
      carrying[key] = writing[key];
    }
    delete writing[key];
  }
  const alsoNamed = [...CARRYING_KEYS, "onTrouble"];
  const parsed: ParsedOptions<"logger"> = loadCodeOptions("logger", writing, SOURCE, process.env, alsoNamed);
  const redactor = parsed.redact.length > 0 ? new Redactor(parsed) : undefined;
  const carrier = openCarrier(carrying, parsed, onTrouble);
  const service = redactor?.text(parsed.service) ?? parsed.service;
  const writer = new Writer({
    root: parsed.buffer.dir,
    service,
    segmentBytes: parsed.segmentBytes,
    journalBytesMax: parsed.journalBytesMax,
    whenFull: parsed.whenFull,
    syncMs: parsed.syncMs,
    traceContext: parsed.traceContext,
    ...(redactor !== undefined && { redactor }),
    limit: parsed.limit,
    sample: parsed.sample,
    mapping: "auto",
    shipper: carrier?.name ?? ANY_SHIPPER,
    ...(carrier === undefined ? {} : { leaseHolder: carrier.holder }),
    ...(parsed.journal ? {} : { tell: (news) => carrier?.worker.pass(news) }),
    clock: systemClock,
    onTrouble,
  });
  carrier?.worker.use(writer);
  const level = writer.levels.cellOf(service, levelIndex(parsed.level));
  return new Family(writer, carrier, service, level, Bindings.NONE, "");
}

function openCarrier(
  options: Record<string, unknown>,
  { buffer, journal }: ParsedOptions<"logger">,
  onTrouble: (error: DragonlogError) => void,
): Carrier | undefined {
  const strange = (scope: "in-app" | "forward"): string | undefined =>
    Object.keys(options).find((key) => !keysIn(scope).includes(key as OptionKey));
  if (buffer.kind === "redis") {
    const { dir, url } = buffer;
    refuseHere(strange("forward"), "with a buffer in a store", "Set it where `dragonlog ship` runs.");
    const forwarding = { ...options, buffer: url, journalDir: dir };
    const parsed = loadCodeOptions("forward", forwarding, SOURCE, process.env);
    return inAppForwarder({ ...parsed, buffer, journal }, onTrouble);
  }
  refuseHere(
    strange("in-app"),
    "without a buffer in a store",
    'Name one, such as buffer: "redis://host", or leave it out.',
  );
  if (options.to === undefined) {
    refuseHere(
      Object.keys(options)[0],
      "without to",
      'Say where to ship, such as to: "cloudwatch", or set it where `dragonlog ship` runs.',
    );
    if (!journal) {
      throw new DragonlogError(
        "DRAGONLOG_OPTION_INVALID",
        `journal of ${SOURCE} can be false with to, or a buffer in a store, only: without either, records would have no place`,
        'Say where to ship, such as to: "cloudwatch", name a store, such as buffer: "redis://host", or keep the journal.',
      );
    }
    return undefined;
  }
  const shipping = { ...options, buffer: `journal:${buffer.dir}` };
  const parsed = loadCodeOptions("in-app", shipping, SOURCE, process.env);
  return inAppShipper({ ...parsed, journal }, onTrouble);
}

function refuseHere(key: string | undefined, where: string, hint: string): void {
  if (key !== undefined) {
    throw new DragonlogError("DRAGONLOG_OPTION_INVALID", `${key} of ${SOURCE} means nothing ${where}`, hint);
  }
}

function warn(error: DragonlogError): void {
  process.emitWarning(error.message, { type: "DragonlogWarning", code: error.code, detail: error.hint });
}
