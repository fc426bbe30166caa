/** The store behind the journals, where there is one: whether it takes and keeps what it is given, and who empties it. */
import { openStore } from "../../buffer/redis/client.js";
import { Keys } from "../../buffer/redis/keys.js";
import { agreedPartitions, PARTITIONS_DEFAULT } from "../../buffer/redis/partitions.js";
import type { ServerInfo, Store } from "../../buffer/redis/store.js";
import { storeSpace } from "../../buffer/redis/store-budget.js";
import { parseStoreUrl } from "../../buffer/redis/store-url.js";
import type { ParsedOptions } from "../../config/options.js";
import { checkCodec } from "../../forward/store-options.js";
import { systemClock } from "../../system/clock.js";
import { DragonlogError } from "../../system/errors.js";
import { counted, countedDoing, formatBytes, formatSpan } from "../../system/figures.js";
import { type ListState, LOOK_OPTIONS, readStore, type StoreState } from "../../watch/store-state.js";
import { type Check, errorText, failed, inTime, ok, warning } from "./check.js";
import { type Trial, tryStore } from "./store-trial.js";

const LOOK_MS = 20_000;
/** Timestamps of what waits are compared with the store's by nobody, but leases and people are confused by such a clock. */
const SKEW_WARNING_MS = 60_000;
/** Of the budget, when somebody should look, as the shipper's alerts have it. */
const NEARLY_FULL = 0.7;
const SLOW_MS = 50;

type Options = ParsedOptions<"doctor">;

/** Nothing where the journals are the buffer. */
export async function checkStore(options: Options, signal: AbortSignal): Promise<Check[]> {
  const { buffer } = options;
  if (buffer.kind === "journal") return [];
  let store: Store;
  try {
    checkCodec(options.codec);
    store = await openStore(buffer.url, LOOK_OPTIONS);
  } catch (error) {
    if (error instanceof DragonlogError) return [failed("store", error.message, error.hint)];
    throw error;
  }
  const { name } = parseStoreUrl(buffer.url, "buffer");
  const late = (): Check[] => [
    failed("store", `${name}: no end after ${formatSpan(LOOK_MS)}`, "See what keeps the server busy."),
  ];
  try {
    return await inTime(LOOK_MS, signal, () => checkOpen(store, options), late);
  } finally {
    await store.close();
  }
}

async function checkOpen(store: Store, options: Options): Promise<Check[]> {
  let state: StoreState;
  let partitions: number;
  try {
    partitions = (await agreedPartitions(store, new Keys())) ?? PARTITIONS_DEFAULT;
    state = await readStore(store, { lists: options.list });
  } catch (error) {
    return [failed("store", errorText(error), hintOf(error))];
  }
  const { servers } = state;
  const trial = await tryStore(store, partitions, systemClock.now).catch((error: unknown) => error);
  const fits =
    trial instanceof Error
      ? [failed("store commands", errorText(trial), hintOf(trial))]
      : checkTrial(trial as Trial, partitions);
  return [
    checkServers(store.name, servers),
    ...fits,
    checkEviction(servers),
    checkMemory(servers, options.storeBytesMax),
    ...checkPersistence(servers),
    ...state.lists.map(checkList),
    checkShippers(state),
  ];
}

function hintOf(error: unknown): string {
  return error instanceof DragonlogError ? error.hint : "See the message of the server.";
}

function checkServers(name: string, servers: readonly ServerInfo[]): Check {
  const kinds = new Set(servers.map(({ kind, version }) => `${kind} ${version}`));
  return ok(
    "store",
    `${name}: ${[...kinds].join(", ")}${servers.length > 1 ? `, ${servers.length} primaries` : ""}`,
  );
}

function checkTrial({ answerMs, offsetMs }: Trial, partitions: number): Check[] {
  const answers = `answers in ${answerMs.toFixed(1)} ms`;
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return [
    ok("store commands", `all that is needed works in each of ${partitions} partitions`),
    answerMs > SLOW_MS
      ? warning(
          "store latency",
          answers,
          "Use a server nearer by: each block waits for the answer to the one before it.",
        )
      : ok("store latency", answers),
    Math.abs(offsetMs) > SKEW_WARNING_MS
      ? warning(
          "store clock",
          `this clock is ${seconds} s ${offsetMs > 0 ? "behind" : "ahead of"} that of the store`,
          "Set both by NTP: records stand in the cloud by the clock of the machine that logged them.",
        )
      : ok("store clock", "agrees with that of the store"),
  ];
}

function checkEviction(servers: readonly ServerInfo[]): Check {
  const evicting = servers.find(({ evicts }) => evicts);
  if (evicting === undefined) return ok("store eviction", "off");
  const setting = evicting.kind === "dragonfly" ? "cache_mode=false" : "maxmemory-policy noeviction";
  return failed(
    "store eviction",
    "it deletes what it was given when it is full, so nothing is put there",
    `Start it with ${setting}.`,
  );
}

function checkMemory(servers: readonly ServerInfo[], storeBytesMax: number): Check {
  const { usedBytes, budgetBytes } = storeSpace(servers, storeBytesMax);
  const unlimited = servers.find(({ kind, bytesMax }) => kind !== "dragonfly" && bytesMax === 0);
  if (!Number.isFinite(budgetBytes)) {
    return warning(
      "store memory",
      `${formatBytes(Math.max(...servers.map((server) => server.usedBytes)))} are used, and there is no limit: the ` +
        "system ends the server when the machine's memory is full",
      "Set maxmemory, or storeBytesMax where records are logged.",
    );
  }
  const text = `${formatBytes(usedBytes)} of ${formatBytes(budgetBytes)} that records may fill are used`;
  if (usedBytes > NEARLY_FULL * budgetBytes) {
    return warning(
      "store memory",
      text,
      "Give it more memory, or more shippers; beyond it, records wait in the journals.",
    );
  }
  return unlimited === undefined
    ? ok("store memory", text)
    : warning("store memory", `${text}, but the server itself has no limit`, "Set its maxmemory as well.");
}

/** What the server says of it in INFO; Dragonfly's snapshots do not show there. */
function checkPersistence(servers: readonly ServerInfo[]): Check[] {
  const lost = "the journals send again what is not delivered; without journals, and in lists, it is lost";
  if (servers.some(({ kind }) => kind === "dragonfly")) {
    return [ok("store persistence", `what came since its last snapshot is lost when it is killed: ${lost}`)];
  }
  return servers.every(({ appendOnly }) => appendOnly)
    ? [ok("store persistence", "appendonly: a restart loses a second at most")]
    : [ok("store persistence", `no appendonly, so a restart loses what waits there: ${lost}`)];
}

function checkList({ key, entries, error }: ListState): Check {
  const name = `list ${key}`;
  if (error === undefined) return ok(name, countedDoing(entries ?? 0, "entry", "wait", "entries"));
  const advice = /^WRONGTYPE/.test(error)
    ? "Something else lies in this key: name another one with --list, or none."
    : "Let this user read and trim the key, name another one with --list, or none.";
  return failed(name, `cannot be read: ${error}`, advice);
}

function checkShippers({ shippers, waiting, lists }: StoreState): Check {
  const entries = lists.reduce((sum, list) => sum + (list.entries ?? 0), 0);
  const records = waiting.records + entries;
  if (shippers.length > 0) {
    const places = shippers.map(
      ({ host, pid, partitions }) => `${pid ?? "?"} on ${host ?? "?"} with ${partitions.length}`,
    );
    return ok(
      "shippers",
      `${counted(shippers.length, "shipper")} with their partitions: ${places.join("; ")}`,
    );
  }
  return records === 0
    ? ok("shippers", "none lives, and nothing waits for one")
    : warning(
        "shippers",
        `none lives, and ${countedDoing(records, "record", "wait")} in the store`,
        "Start `dragonlog ship` with this buffer; `dragonlog init systemd` writes what starts it always.",
      );
}
