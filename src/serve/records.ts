/** Live records, and single ones. */
import type { Live } from "../live/live.js";
import { notFound } from "./answers.js";
import { liveRequestOf, Parameters } from "./parameters.js";
import { type Form, RecordStream, streamHeaders } from "./record-stream.js";
import type { Route, ServeContext } from "./route.js";
import type { Serving } from "./serving.js";
import { RESPONSE_ALREADY_SENT } from "./vendored/hono.js";

export function recordRoutes({ clock }: Serving, live: Live): Route[] {
  return [
    {
      method: "GET",
      path: "/api/records",
      handle(context) {
        const request = liveRequestOf(new URL(context.req.url), clock.now());
        const form: Form = context.req.header("accept")?.includes("text/event-stream") ? "events" : "lines";
        if (context.req.method === "HEAD") {
          return context.body(null, 200, streamHeaders(form));
        }
        const { outgoing } = context.env;
        const stream = new RecordStream(outgoing, form);
        const gone = new AbortController();
        outgoing.once("close", () => gone.abort());
        try {
          live.view(request, stream, gone.signal);
        } catch (error) {
          // It has not begun, so the error is the answer.
          stream.cancel();
          throw error;
        }
        stream.begin();
        return RESPONSE_ALREADY_SENT;
      },
    },
    {
      method: "GET",
      path: "/api/records/:id",
      async handle(context) {
        new Parameters(new URL(context.req.url), []);
        const line = await live.find(context.req.param("id") ?? "");
        if (line === undefined) {
          throw notFound("that record is not here, or not here any more");
        }
        return text(context, line);
      },
    },
  ];
}

/** Never as something that a browser would show as a page. */
function text(context: ServeContext, line: Buffer): Response {
  return context.body(new Uint8Array(line), 200, { "Content-Type": "text/plain; charset=utf-8" });
}
