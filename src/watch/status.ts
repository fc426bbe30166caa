/** `dragonlog status`: what waits, who writes, forwards and ships, what was dropped or set aside. */
import { readJournals, totalWaiting } from "../buffer/waiting.js";
import type { ParsedOptions } from "../config/options.js";
import { deadFolderOf, deadLetterBytes } from "../dead-letters/folder.js";
import { readForwarderReports } from "../forward/report.js";
import { storeName } from "../forward/store-options.js";
import { readReports, readStandbys } from "../ship/report.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { type LocalState, localText } from "./local-text.js";
import { viewStore } from "./store-state.js";
import { storeText } from "./store-text.js";
import { troubleIn, unservedIn } from "./store-trouble.js";

/** Exit code 0; with a store, 1 when something there or on the way there keeps records from being delivered. */
export async function status(options: ParsedOptions<"status">, io: Io): Promise<number> {
  const { buffer, json } = options;
  const now = systemClock.now();
  const local = readLocal(buffer.dir);
  if (buffer.kind === "journal") {
    io.stdout.write(json ? `${JSON.stringify(local)}\n` : localText(local, undefined, now));
    return 0;
  }
  const name = storeName(buffer.url);
  if (!json) {
    // Before the store is asked, which may take its time.
    io.stdout.write(localText(local, name, now));
  }
  const unserved = unservedIn(local.journals, name);
  const looks = { lists: options.list, writers: unserved.map(({ writer }) => writer) };
  const store = await viewStore(buffer.url, looks);
  const { storeBytesMax } = options;
  const trouble = troubleIn({ view: store, bound: name, storeBytesMax, ...local }, now);
  io.stdout.write(
    json
      ? `${JSON.stringify({ ...local, store: { name: store.name, error: store.error, ...store.state }, trouble })}\n`
      : storeText(store, trouble, options.storeBytesMax, systemClock.now()),
  );
  return trouble.length === 0 ? 0 : 1;
}

function readLocal(dir: string): LocalState {
  const journals = readJournals(dir, systemClock.now());
  return {
    dir,
    waiting: totalWaiting(journals),
    journals,
    forwarders: readForwarderReports(dir),
    shippers: readReports(dir),
    standbys: readStandbys(dir),
    deadLetterBytes: deadLetterBytes(deadFolderOf(dir)),
  };
}
