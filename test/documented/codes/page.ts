/** The page, those who ask it, and those who look at records. */

import { type Live, openLive } from "../../../src/live/live.js";
import { type Asked, type Served, serve } from "../../../src/serve/serving.cases.js";
import type { DragonlogError } from "../../../src/system/errors.js";
import { type Scene, type Seen, type Stage, seenIn, thrownBy } from "./stage.js";

const TOKEN = "a-token-of-24-characters";
const POST: Asked = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

export const page = {
  DRAGONLOG_PAGE_UNREACHABLE: async (stage) => {
    const { url } = await serve(stage.test, { token: TOKEN });
    return [
      await stage.command("tail", "--url", "http://127.0.0.1:1"),
      await stage.command("tail", "--url", url),
    ];
  },

  DRAGONLOG_ACCESS_DENIED: async ({ test }) => {
    const open = await serve(test);
    const guarded = await serve(test, { token: TOKEN });
    return [
      await refused(guarded, "/api/overview"),
      await refused(open, "/api/overview", { headers: { host: "logs.example.com" } }),
      await refused(open, "/api/dead/drop", {
        ...POST,
        headers: { ...POST.headers, origin: "https://example.com" },
      }),
    ];
  },

  DRAGONLOG_READ_ONLY: async ({ test }) => [
    await refused(await serve(test, { readOnly: true }), "/api/dead/replay", POST),
  ],

  DRAGONLOG_REQUEST_INVALID: async ({ test }) => {
    const served = await serve(test);
    return [await refused(served, "/api/records?last=many"), await refused(served, "/api/overview", POST)];
  },

  DRAGONLOG_NOT_FOUND: async ({ test }) => {
    const served = await serve(test);
    return [await refused(served, "/api/recrods"), await refused(served, "/api/records/k3v9x0a1b2c3-42")];
  },

  DRAGONLOG_BUSY: async (stage) => {
    const live = liveOf(stage);
    return [
      await thrownBy(() => {
        for (;;) live.view({ follow: true }, { send: () => true, end: () => {} }, stage.signal);
      }),
    ];
  },

  DRAGONLOG_SERVER_FAILED: async ({ test }) => {
    const served = await serve(test);
    served.state.failing = true;
    return [await refused(served, "/api/overview")];
  },

  DRAGONLOG_FILTER_TOO_SLOW: async (stage) => {
    stage.logger().info(`${"a".repeat(60)}!`);
    const error = await new Promise<DragonlogError | undefined>((resolve) => {
      const sink = { send: () => true, end: resolve };
      liveOf(stage).view({ follow: true, last: 10, grep: "/^(a+)+$/" }, sink, stage.signal);
    });
    return [seenIn(error!)];
  },

  DRAGONLOG_LIVE_FAILED: async (stage) => {
    const live = liveOf(stage);
    live.close();
    return [
      await thrownBy(() => live.view({ follow: true }, { send: () => true, end: () => {} }, stage.signal)),
    ];
  },
} satisfies Readonly<Record<string, Scene>>;

async function refused(served: Served, path: string, asked?: Asked): Promise<Seen> {
  return seenIn((await served.ask(path, asked)).json);
}

function liveOf(stage: Stage): Live {
  const live = openLive({ buffer: { kind: "journal", dir: stage.journal }, lists: [] });
  stage.atEnd(() => live.close());
  return live;
}
