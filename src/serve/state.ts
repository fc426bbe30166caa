/** How it goes: for the page, for monitoring, and for whoever restarts what does not live any more. */
import { hostname } from "node:os";
import { metricsText } from "../metrics/metrics.js";
import { readiness } from "../metrics/readiness.js";
import { packageVersion } from "../system/package-version.js";
import { Overviews } from "../watch/read-overview.js";
import type { Session } from "./api.js";
import type { Route } from "./route.js";
import type { Serving } from "./serving.js";

/** The longest that an answer waits for a store. */
const STORE_LOOK_MS = 2000;

const NOT_TO_BE_SEEN = { reasons: ["what is here cannot be looked at"] };

export function stateRoutes({ shown, closing, clock }: Serving): Route[] {
  const { options, open } = shown;
  const { vitals } = open;
  const overviews = new Overviews({
    buffer: options.buffer,
    lists: options.list ?? [],
    storeBytesMax: options.storeBytesMax ?? 0,
    own: () => vitals.report(),
    storeLookMs: STORE_LOOK_MS,
    clock,
  });
  closing.addEventListener("abort", () => void overviews.close().catch(() => {}));
  return [
    {
      method: "GET",
      path: "/api/session",
      handle(context) {
        const session: Session = {
          version: packageVersion(),
          host: hostname(),
          readOnly: options.readOnly,
          loggedIn: context.get("visitor") === "session",
        };
        return context.json(session);
      },
    },
    {
      method: "GET",
      path: "/api/overview",
      handle: async (context) => context.json(await overviews.read()),
    },
    { method: "GET", path: "/api/history", handle: (context) => context.json(vitals.history()) },
    {
      method: "GET",
      path: "/metrics",
      async handle(context) {
        const { text, contentType } = await metricsText(await overviews.read());
        return context.body(text, 200, { "Content-Type": contentType });
      },
    },
    { method: "GET", path: "/healthz", open: true, handle: (context) => context.text("ok\n") },
    {
      method: "GET",
      path: "/readyz",
      open: true,
      async handle(context) {
        // Whoever asks is told no more than that: an error may name what is nobody's business.
        const { reasons } = await overviews.read().then(
          (overview) => readiness(overview),
          () => NOT_TO_BE_SEEN,
        );
        const all = shown.isDraining() ? ["the shipper is ending", ...reasons] : reasons;
        const ready = all.length === 0;
        return context.json({ ready, reasons: all }, ready ? 200 : 503);
      },
    },
  ];
}
