/** The pipeline as a row of stages: for each what it is, how it is, and what is wrong with it. */
import type { Overview, ShipperView } from "../../src/watch/overview.js";
import { bytes, count, counted, duration, rate } from "../system/figures.js";

export interface Stage {
  readonly name: "writers" | "journals" | "forwarders" | "store" | "shipper" | "destination" | "dead";
  readonly title: string;
  readonly state: "good" | "warn" | "bad" | "idle";
  /** The figure that is seen first. */
  readonly main: { readonly figure: string; readonly unit: string };
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly room: { readonly used: number; readonly max: number } | undefined;
  /** What it does, for who sees it for the first time. */
  readonly text: string;
  readonly errors: readonly string[];
}

/** What passes between two stages, in records a second; undefined where it is not known. */
export interface Passage {
  readonly perSecond: number | undefined;
  readonly stopped: boolean;
}

/** From the first to the last; the dead letters stand apart. */
export function stagesOf(overview: Overview): readonly Stage[] {
  const { store, forwarders } = overview;
  return [
    writersStage(overview),
    journalsStage(overview),
    ...(forwarders.length > 0 ? [forwardersStage(overview)] : []),
    ...(store ? [storeStage(store, overview.atMs)] : []),
    shipperStage(overview),
    destinationStage(overview),
  ];
}

/** What comes in passes before the shipper, what goes out behind it. */
export function passageAfter(stage: Stage, overview: Overview): Passage {
  const { rates } = overview;
  const isOut = stage.name === "shipper";
  return { perSecond: isOut ? rates?.outRecords : rates?.inRecords, stopped: isOut && isStopped(overview) };
}

export function deadStage({ deadLetters }: Overview, letters: number | undefined): Stage {
  const { bytes: used, bytesMax, since } = deadLetters;
  const some = (letters ?? 0) > 0 || used > 0;
  return {
    name: "dead",
    title: "Dead letters",
    state: some ? "warn" : "good",
    main: {
      figure: letters === undefined ? "–" : count(letters),
      unit: letters === 1 ? "record" : "records",
    },
    facts: some ? facts(["On disk", bytes(used)], ["Since", since]) : [],
    room: bytesMax ? { used, max: bytesMax } : undefined,
    text: "What a destination refused for good. It is kept with the reason, and can be sent again.",
    errors: [],
  };
}

function writersStage({ writers, writersMore, journals, rates }: Overview): Stage {
  const services = new Set(writers.map(({ service }) => service));
  const dropped = sum(journals.dropped);
  return {
    name: "writers",
    title: "Writers",
    state: dropped > 0 ? "bad" : journals.alive > 0 ? "good" : "idle",
    main: { figure: count(journals.alive), unit: journals.alive === 1 ? "logger alive" : "loggers alive" },
    facts: facts(
      ["Log", rates && `${rate(rates.inRecords)} records/s`],
      ["Services", `${count(services.size)}${writersMore > 0 ? " or more" : ""}`],
      ["Held back", journals.suppressed.length > 0 && heldBack(journals.suppressed)],
      ["Gone", journals.journals > journals.alive && count(journals.journals - journals.alive)],
    ),
    room: undefined,
    text: "Your applications. A log call writes into memory that outlives its process, and waits for nothing.",
    errors: dropped > 0 ? [`${counted(dropped, "record")} never got in: ${causes(journals.dropped)}.`] : [],
  };
}

function journalsStage({ journals, writers, atMs, dir }: Overview): Stage {
  const { waiting, fileBytes, bytesMax, unreadable } = journals;
  const errors = [...new Set(writers.flatMap(({ error }) => error ?? []))].slice(0, 3);
  const full = bytesMax > 0 && waiting.bytes > 0.8 * bytesMax;
  return {
    name: "journals",
    title: "Journals",
    state:
      unreadable > 0 || errors.length > 0 ? "bad" : full ? "warn" : journals.journals > 0 ? "good" : "idle",
    main: { figure: count(waiting.records), unit: "waiting" },
    facts: facts(
      ["Waiting", bytes(waiting.bytes)],
      ["Oldest", waiting.oldestMs !== undefined && ageOf(waiting.oldestMs, atMs)],
      ["Files", bytes(fileBytes)],
      ["Folder", dir],
    ),
    room: bytesMax > 0 ? { used: waiting.bytes, max: bytesMax } : undefined,
    text: "Files on this machine, mapped into memory. A record stays here until it is delivered, whoever dies.",
    errors,
  };
}

function forwardersStage({ forwarders }: Overview): Stage {
  const errors = forwarders.flatMap(({ trouble }) => trouble ?? []).slice(0, 3);
  const total = (of: "records" | "inStore" | "lost"): number =>
    forwarders.reduce((all, each) => all + each[of], 0);
  return {
    name: "forwarders",
    title: "Forwarders",
    state: errors.length > 0 ? "bad" : "good",
    main: { figure: count(forwarders.length), unit: forwarders.length === 1 ? "process" : "processes" },
    facts: facts(
      ["Moved", count(total("records"))],
      ["In the store", count(total("inStore"))],
      ["Lost there", total("lost") > 0 && `${count(total("lost"))}, sent again`],
    ),
    room: undefined,
    text: "They copy records from the journals into the store, compressed, and keep them until they are delivered.",
    errors,
  };
}

function storeStage(store: NonNullable<Overview["store"]>, atMs: number): Stage {
  const { waiting, blocks, servers, shippers, error } = store;
  const [server] = servers;
  const evicting = servers.some(({ evicts }) => evicts);
  return {
    name: "store",
    title: "Store",
    state: error !== undefined || evicting ? "bad" : "good",
    main: { figure: count(waiting.records), unit: "waiting" },
    facts: facts(
      ["Waiting", bytes(waiting.bytes)],
      ["Blocks", count(blocks)],
      ["Oldest", waiting.oldestMs !== undefined && ageOf(waiting.oldestMs, atMs)],
      ["Server", server && `${server.kind} ${server.version}`],
      ["Shippers", count(shippers.length)],
    ),
    room: server && server.bytesMax > 0 ? { used: server.usedBytes, max: server.bytesMax } : undefined,
    text: "Collects the records of many machines. If it dies, the journals send again what it held.",
    errors: [
      ...(error === undefined ? [] : [error]),
      ...(evicting
        ? ["The server throws data away when it is full: set its maxmemory-policy to noeviction."]
        : []),
    ],
  };
}

function shipperStage({ shippers, standbys, rates, atMs }: Overview): Stage {
  const inFlight = shippers.reduce((all, { batchesInFlight }) => all + batchesInFlight, 0);
  const [shipper] = shippers;
  const open = shippers.some(({ circuit }) => circuit !== "closed");
  return {
    name: "shipper",
    title: "Shipper",
    state: shipper === undefined ? "bad" : open ? "bad" : "good",
    main: { figure: count(inFlight), unit: inFlight === 1 ? "batch in flight" : "batches in flight" },
    facts: facts(
      ["Sends", rates && `${rate(rates.outRecords)} records/s`],
      ["Circuit", shipper && circuitText(shippers)],
      ["Waits at most", shipper && duration(shipper.intervalMs)],
      ["Running for", shipper && duration(atMs - shipper.startedAtMs)],
      ["Standing by", standbys.length > 0 && counted(standbys.length, "process", "processes")],
    ),
    room: undefined,
    text: "Puts records together, as many as one call takes, and sends them in series when enough wait or the oldest waited long enough.",
    errors: shipper === undefined ? ["No shipper runs. Start one with: dragonlog ship"] : [],
  };
}

function destinationStage(overview: Overview): Stage {
  const { shippers, atMs } = overview;
  const troubles = shippers.flatMap((shipper) => shipper.troubles);
  const streams = shippers.flatMap(({ destinations }) => destinations);
  const last = Math.max(...streams.map(({ deliveredAtMs }) => deliveredAtMs ?? 0));
  const failures = shippers.reduce((all, { counts }) => all + sum(counts.failures), 0);
  const delivered = shippers.reduce((all, { counts }) => all + counts.deliveredRecords, 0);
  return {
    name: "destination",
    title: "Destination",
    state: troubles.length > 0 ? "bad" : last > 0 ? "good" : "idle",
    main: { figure: count(delivered), unit: "delivered" },
    facts: facts(
      ["Sink", shippers[0]?.sink],
      ["Streams", count(streams.length)],
      ["Last", last > 0 && agoText(atMs - last)],
      ["Failed tries", failures > 0 && count(failures)],
    ),
    room: undefined,
    text: "Where records end. A record is deleted in the stages before only after it was accepted here.",
    errors: troubles.slice(0, 3).map((trouble) => {
      const next = trouble.retryAtMs === undefined ? "" : ` Next try ${nextText(trouble.retryAtMs - atMs)}.`;
      const where = trouble.destination === undefined ? "" : `${trouble.destination}: `;
      return `${where}${trouble.cause}: ${trouble.detail} Since ${ageOf(trouble.sinceMs, atMs)}.${next}`;
    }),
  };
}

function agoText(ms: number): string {
  return ms < 1000 ? "just now" : `${duration(ms)} ago`;
}

function nextText(ms: number): string {
  return ms <= 0 ? "now" : `in ${duration(ms)}`;
}

function isStopped({ shippers }: Overview): boolean {
  return shippers.length === 0 || shippers.some(({ circuit }) => circuit !== "closed");
}

function circuitText(shippers: readonly ShipperView[]): string {
  const worst =
    shippers.find(({ circuit }) => circuit === "open") ??
    shippers.find(({ circuit }) => circuit !== "closed");
  if (worst === undefined) return "closed";
  return worst.circuit === "open" ? "open, waits" : "half open, tries one";
}

function ageOf(ms: number, nowMs: number): string {
  return duration(Math.max(0, nowMs - ms));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}

function causes(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, records]) => records > 0)
    .map(([cause, records]) => `${cause} ${count(records)}`)
    .join(", ");
}

/** By `limit` and `sample`, as it was asked for: no error. */
function heldBack(suppressed: Overview["journals"]["suppressed"]): string {
  const all = suppressed.reduce((total, { records }) => total + records, 0);
  const [{ service, type } = { service: "", type: "" }] = suppressed;
  return `${count(all)}, most of ${service} ${type}`;
}

type Fact = readonly [name: string, value: string | false | undefined];

function facts(...all: readonly Fact[]): readonly (readonly [string, string])[] {
  return all.filter((fact): fact is readonly [string, string] => Boolean(fact[1]));
}
