/** Whether a shipper of this machine can serve its page where it is to. */
import { createServer } from "node:net";
import type { ParsedOptions } from "../../config/options.js";
import { refuseOpenPage } from "../../ship/page.js";
import { readReports } from "../../ship/report.js";
import { DragonlogError } from "../../system/errors.js";
import { type Check, errorText, failed, ok, warning } from "./check.js";

const NAME = "page";

/** Nothing where none is to be served. */
export async function checkPage(options: ParsedOptions<"doctor">): Promise<Check[]> {
  const { listen, buffer } = options;
  if (listen === undefined) return [];
  try {
    refuseOpenPage(options);
  } catch (error) {
    if (error instanceof DragonlogError) return [failed(NAME, error.message, error.hint)];
    throw error;
  }
  const { host, port } = listen;
  const place = `${host}:${port}`;
  const served = readReports(buffer.dir).find(({ page }) => page?.url.endsWith(`:${port}`));
  if (served?.page !== undefined) {
    return [ok(NAME, `served at ${served.page.url} by the shipper with pid ${served.process.pid}`)];
  }
  const error = await tryPort(host, port);
  if (error === undefined) return [ok(NAME, `${place} is free for it`)];
  const what =
    error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used: ${errorText(error)}`;
  return [
    warning(
      NAME,
      `${place} ${what}`,
      "Name another place with --listen, or none; a shipper delivers all the same.",
    ),
  ];
}

/** Undefined when it can be listened on. */
function tryPort(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}
