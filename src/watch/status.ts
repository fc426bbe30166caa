/** `dragonlog status`: whether all is well, what waits, who writes, forwards and ships, what was dropped or set aside. */
import { requireReadable } from "../buffer/readable-folder.js";
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { pause } from "../system/pause.js";
import { Overviews, readOverview } from "./read-overview.js";
import { openScreen } from "./screen.js";
import { paint } from "./status-line.js";
import { statusLines } from "./status-text.js";
import { hasColour } from "./tail/ink.js";

const REFRESH_MS = 1000;
/** A store that says nothing must not hold up what else there is to see. */
const STORE_WATCH_MS = 3000;

/** Exit code 0 when it is healthy, 1 when it is not; 0 for one that has watched until it was stopped. */
export async function status(options: ParsedOptions<"status">, io: Io): Promise<number> {
  const { buffer, list, storeBytesMax, json } = options;
  requireReadable(buffer.dir);
  const looking = { buffer, lists: list, storeBytesMax };
  if (options.watch) {
    await watch(new Overviews({ ...looking, cacheMs: 0, storeLookMs: STORE_WATCH_MS }), json, io);
    return 0;
  }
  const overview = await readOverview(looking);
  const inColour = hasColour(io.stdout, process.env);
  io.stdout.write(
    json
      ? `${JSON.stringify(overview)}\n`
      : statusLines(overview)
          .map((line) => `${paint(line, inColour)}\n`)
          .join(""),
  );
  return overview.health.healthy ? 0 : 1;
}

/** Until it is stopped. */
async function watch(overviews: Overviews, json: boolean, io: Io): Promise<void> {
  // Before the screen is taken: what is wrong with the options is to be read.
  let overview = await overviews.read();
  const screen = json ? undefined : openScreen(io.stdout);
  try {
    while (!io.signal.aborted) {
      if (screen === undefined) {
        io.stdout.write(`${JSON.stringify(overview)}\n`);
      } else {
        screen.show(statusLines(overview));
      }
      await pause(systemClock, REFRESH_MS, io.signal);
      overview = io.signal.aborted ? overview : await overviews.read();
    }
  } finally {
    screen?.close();
    await overviews.close();
  }
}
