/** `dragonlog alert test`: sends one message by every channel, and says which of them took it. */
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { ownIdentity } from "../system/process.js";
import { type Channel, ChannelFailure, FAILURE_HINTS, type FailureKind } from "./channel.js";
import { noticeOf } from "./notice.js";
import { openChannels } from "./open.js";
import { type Message, messageOf } from "./text.js";

interface Outcome {
  readonly channel: Channel["name"];
  readonly to: string;
  readonly taken: boolean;
  readonly answer?: string;
  readonly warning?: string;
  readonly failure?: FailureKind;
  readonly detail?: string;
}

/** Exit code 0 when every channel took it, 1 otherwise. Throws DRAGONLOG_USAGE when there is none. */
export async function runAlertTest(
  options: ParsedOptions<"alert test">,
  { stdout, signal }: Io,
): Promise<number> {
  const channels = await openChannels(options);
  if (channels.length === 0) {
    throw new DragonlogError(
      "DRAGONLOG_USAGE",
      "nobody is to be told: neither mailTo and smtp nor webhook are set",
      "Set mailTo and smtp, or webhook, in dragonlog.json, as DRAGONLOG_* variables or as flags.",
    );
  }
  const { host } = ownIdentity();
  const message = messageOf(noticeOf({ kind: "test", host }, systemClock.now()), { host });
  const outcomes = await Promise.all(channels.map((channel) => tryOnce(channel, message, signal)));
  if (options.json) stdout.write(`${JSON.stringify({ channels: outcomes })}\n`);
  else for (const outcome of outcomes) stdout.write(sentenceOf(outcome));
  return outcomes.every(({ taken }) => taken) ? 0 : 1;
}

async function tryOnce(channel: Channel, message: Message, signal: AbortSignal): Promise<Outcome> {
  const { name, to } = channel;
  try {
    return { channel: name, to, taken: true, ...(await channel.send(message, signal)) };
  } catch (error) {
    if (!(error instanceof ChannelFailure)) throw error;
    return { channel: name, to, taken: false, failure: error.kind, detail: error.message };
  }
}

function sentenceOf({ channel, to, taken, answer = "", warning, failure, detail }: Outcome): string {
  const beginning = printable(`${channel} to ${to}:`);
  if (taken) {
    return `${beginning} taken${answer === "" ? "" : printable(` (${answer})`)}${warning === undefined ? "" : printable(`, but ${warning}`)}\n`;
  }
  return `${beginning} not taken: ${failure}: ${printable(detail!)}\n  ${FAILURE_HINTS[failure!]}\n`;
}
