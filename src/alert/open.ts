/** Wires the channels that are configured, and the alerter before them. */

import type { Clock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import { printable } from "../system/printable.js";
import { ownIdentity } from "../system/process.js";
import { refuseValue } from "../system/refusal.js";
import { NO_ALERTS } from "./alert.js";
import { Alerter, type OpenAlerts } from "./alerter.js";
import type { Channel } from "./channel.js";
import { Mail } from "./mail.js";
import { addressesOf, mailServerOf } from "./mail-server.js";
import { AlertMemory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { messageOf } from "./text.js";
import { Webhook } from "./webhook.js";

/** For one message, whatever the other side does. */
const SEND_TIMEOUT_MS = 30_000;

export interface ChannelOptions {
  readonly mailTo?: string;
  readonly mailFrom?: string;
  readonly smtp?: string;
  readonly webhook?: string;
}

export interface AlertOptions extends ChannelOptions {
  /** In ms. */
  readonly alertEvery: number;
}

export interface AlertDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** What is remembered between processes; undefined: nothing is. */
  readonly stateFile: string | undefined;
  /** Where the shipper's journals live, for the commands in mails. */
  readonly journalDir?: string;
  /** Told why people were not told. One line, without secrets and control characters. */
  readonly onFailure: (message: string) => void;
}

/**
 * Without a channel nothing is opened and nobody is told.
 *
 * Throws DRAGONLOG_OPTION_INVALID for options that do not go together or cannot be understood, and
 * DRAGONLOG_DEPENDENCY_MISSING for mail without nodemailer. Connects to nothing yet.
 */
export async function openAlerts(options: AlertOptions, deps: AlertDeps): Promise<OpenAlerts> {
  const channels = await openChannels(options);
  if (channels.length === 0)
    return { ...NO_ALERTS, counts: { gathered: 0, channels: {} }, close: async () => {} };
  const { clock, random, stateFile, journalDir } = deps;
  const onFailure = harmless(deps.onFailure);
  const sender = { host: ownIdentity().host, journalDir };
  return new Alerter({
    outboxes: channels.map(
      (channel) =>
        new Outbox({ channel, clock, random, compose: (notice) => messageOf(notice, sender), onFailure }),
    ),
    alertEveryMs: options.alertEvery,
    memory: new AlertMemory(stateFile, onFailure),
    clock,
    onFailure,
  });
}

/** In the order in which they are reported. */
export async function openChannels(
  { mailTo, mailFrom, smtp, webhook }: ChannelOptions,
  timeoutMs = SEND_TIMEOUT_MS,
): Promise<readonly Channel[]> {
  const channels: Channel[] = [];
  if (mailTo !== undefined || smtp !== undefined) {
    if (smtp === undefined)
      throw refuseAlone("mailTo", "smtp", ", such as smtp://user:password@mail.example.com:587");
    if (mailTo === undefined) throw refuseAlone("smtp", "mailTo", ", such as ops@example.com");
    const { host } = ownIdentity();
    const from = addressesOf(mailFrom ?? `dragonlog@${host}`, "mailFrom");
    if (from.length > 1) throw refuseValue("mailFrom", mailFrom, "one mail address");
    const settings = { from: from[0]!, to: addressesOf(mailTo, "mailTo"), host, timeoutMs };
    channels.push(await Mail.open({ ...settings, server: mailServerOf(smtp) }));
  } else if (mailFrom !== undefined) {
    throw refuseAlone("mailFrom", "mailTo and smtp");
  }
  if (webhook !== undefined) channels.push(new Webhook(new URL(webhook), timeoutMs));
  return channels;
}

function refuseAlone(name: string, missing: string, example = ""): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_OPTION_INVALID",
    `${name} is set, and ${missing} is not`,
    `Set ${missing} as well${example}, or leave ${name} out.`,
  );
}

/** Complaining must not hurt whoever ships either. */
function harmless(onFailure: (message: string) => void): (message: string) => void {
  return (message) => {
    try {
      onFailure(printable(message));
    } catch {
      // There is nowhere left to complain.
    }
  };
}
