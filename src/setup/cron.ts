/**
 * The crontab line that delivers what waits, once a minute: crontab(5).
 *
 * Cron gives it `sh`, a PATH of two folders and hardly a variable, so every path is absolute. What a run prints is kept
 * back and only passed on when it has failed: to the system log where there is a `logger`, otherwise to cron, which mails
 * it. A run that finds the last one still running ends by itself.
 */
import { accessSync, constants } from "node:fs";
import type { ShipCommand } from "./command-line.js";

const LOGGERS = ["/usr/bin/logger", "/bin/logger"];

export function cronLine({ words, workingDir, envPath }: ShipCommand, logger: string | undefined): string {
  const variables = envPath === undefined ? "" : `set -a && . ${quoted(envPath)} && `;
  const ship = variables + words.map(quoted).join(" ");
  const failed = `printf '%s\\n' "$out"${logger === undefined ? "" : ` | ${quoted(logger)} -t dragonlog-ship -p cron.err`}`;
  const command = `cd ${quoted(workingDir)} && out=$(${ship} 2>&1) || ${failed}`;
  // Cron ends the command at a bare percent sign.
  return `* * * * * ${command.replaceAll("%", "\\%")}\n`;
}

/** The program that writes to the system log, if there is one. */
export function findLogger(): string | undefined {
  return LOGGERS.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function quoted(word: string): string {
  return /^[\w/.:=@+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
