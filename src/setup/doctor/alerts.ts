/** Whether people would be told: the mail server is logged in to, and nothing is sent. */
import { type Channel, ChannelFailure, FAILURE_HINTS } from "../../alert/channel.js";
import { openChannels } from "../../alert/open.js";
import type { ParsedOptions } from "../../config/options.js";
import { DragonlogError } from "../../system/errors.js";
import { type Check, errorText, failed, inTime, ok, warning } from "./check.js";

const LOG_IN_MS = 10_000;
/** The channel ends by itself, with more to say; this is for one that does not. */
const LATE_MS = LOG_IN_MS + 1000;

export async function checkAlerts(options: ParsedOptions<"doctor">, signal: AbortSignal): Promise<Check[]> {
  let channels: readonly Channel[];
  try {
    channels = await openChannels(options, Math.min(options.requestTimeout, LOG_IN_MS));
  } catch (error) {
    if (error instanceof DragonlogError) return [failed("alerts", error.message, error.hint)];
    throw error;
  }
  if (channels.length > 0) return Promise.all(channels.map((channel) => checkChannel(channel, signal)));
  return [
    warning(
      "alerts",
      "nobody is told of outages, dead letters and full disks",
      "Set mailTo and smtp, or webhook; then try it with `dragonlog alert test`.",
    ),
  ];
}

async function checkChannel(channel: Channel, signal: AbortSignal): Promise<Check> {
  const { name, to } = channel;
  if (channel.logIn === undefined) {
    return ok(name, `to ${to}; not called here: \`dragonlog alert test\` does that`);
  }
  const late = () => failed(name, `to ${to}: no answer`, FAILURE_HINTS.timeout);
  const look = async (ended: AbortSignal): Promise<Check> => {
    try {
      await channel.logIn?.(ended);
      return ok(name, `to ${to}: the server takes this login; \`dragonlog alert test\` sends a mail`);
    } catch (error) {
      const hint = error instanceof ChannelFailure ? FAILURE_HINTS[error.kind] : FAILURE_HINTS.unreachable;
      return failed(name, `to ${to}: ${errorText(error)}`, hint);
    }
  };
  return inTime(LATE_MS, signal, look, late);
}
