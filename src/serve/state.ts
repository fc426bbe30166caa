/** How it goes: for the page, for monitoring and for whoever restarts what does not live any more. */
import { hostname } from "node:os";
import { packageVersion } from "../system/package-version.js";
import type { Session } from "./api.js";
import type { Route } from "./route.js";
import type { Serving } from "./serving.js";

export function stateRoutes(serving: Serving): Route[] {
  const { shown } = serving;
  return [
    {
      method: "GET",
      path: "/api/session",
      handle(context) {
        const session: Session = {
          version: packageVersion(),
          host: hostname(),
          readOnly: shown.options.readOnly,
          loggedIn: context.get("visitor") === "session",
        };
        return context.json(session);
      },
    },
    {
      method: "GET",
      path: "/api/overview",
      handle: (context) => context.json(minimalOverview(serving)),
    },
    { method: "GET", path: "/api/history", handle: (context) => context.json(shown.open.vitals.history()) },
    { method: "GET", path: "/healthz", open: true, handle: (context) => context.text("ok\n") },
    {
      method: "GET",
      path: "/readyz",
      open: true,
      handle(context) {
        const isClosed = shown.open.vitals.report().circuit === "closed";
        const ready = isClosed && !shown.isDraining();
        return context.json({ ready }, ready ? 200 : 503);
      },
    },
  ];
}

function minimalOverview({ shown, clock }: Serving): object {
  const report = shown.open.vitals.report();
  const waiting = { records: 0, bytes: 0 };
  return {
    atMs: clock.now(),
    version: packageVersion(),
    host: hostname(),
    dir: shown.options.buffer.dir,
    health: { healthy: true, problems: [], warnings: [] },
    waiting,
    writers: [],
    forwarders: [],
    store: undefined,
    shippers: [
      {
        pid: report.process.pid,
        host: report.process.host,
        startedAtMs: Date.parse(report.startedAt),
        sink: report.sink,
        page: report.page?.url,
        intervalMs: report.intervalMs,
        circuit: report.circuit,
        troubles: [],
        batchesInFlight: report.batchesInFlight,
        counts: report.counts,
        rates: report.rates,
        putLatency: report.putLatency,
        destinations: report.destinations,
        alerts: report.alerts,
      },
    ],
    standbys: [],
    deadLetters: { dir: `${shown.options.buffer.dir}/dead`, bytes: 0, bytesMax: report.deadBytesMax },
  };
}
