/**
 * The systemd unit of a shipper: systemd.service(5), systemd.exec(5), systemd.unit(5).
 *
 * Units stop in the reverse of the order in which they start. The shipper starts after the network and a buffer on this
 * machine, so it stops before them; an application that names it in `After=` stops before the shipper, which then
 * delivers its last records. It cannot see which applications those are: they have to say so.
 */
import { isAbsolute, resolve } from "node:path";
import { printable } from "../system/printable.js";
import type { ShipCommand } from "./command-line.js";
import type { ShipOptions } from "./ship-options.js";
import { placeText } from "./written-value.js";

/** From the end of the drain to the end of the process. */
const STOP_RESERVE_SECONDS = 15;

export function systemdUnit(options: ShipOptions, command: ShipCommand, user: string): string {
  const { to, drainDeadline } = options;
  const stopSeconds = Math.ceil(drainDeadline / 1000) + STOP_RESERVE_SECONDS;
  const written = [command.journalDir, ...(to.kind === "directory" ? [placed(to.dir, command)] : [])];
  return `# Written by \`dragonlog init systemd\`: delivers the records that applications on this machine have logged.

[Unit]
Description=dragonlog: delivers logs to ${specified(printable(placeText(to)))}
# Starts after the network and a buffer on this machine, and so stops, with a drain, before they do.
Wants=network-online.target
After=network-online.target nss-lookup.target redis.service redis-server.service valkey.service dragonfly.service
# An application has its last records delivered at a shutdown when it stops first. Its own unit says so:
#     [Unit]
#     Wants=dragonlog-ship.service
#     After=dragonlog-ship.service
StartLimitIntervalSec=0

[Service]
Type=exec
# The user that the applications log as: journals are readable by their owner alone.
User=${specified(user)}
WorkingDirectory=${specified(command.workingDir)}
# Passwords and keys, such as DRAGONLOG_SMTP=smtp://user:password@host:587, in a file of mode 0600.
EnvironmentFile=-/etc/dragonlog/ship.env
${command.envPath === undefined ? "" : `EnvironmentFile=${specified(command.envPath)}\n`}ExecStart=${command.words.map(execWord).join(" ")}
Restart=always
RestartSec=2
# A wrong option does not mend itself.
RestartPreventExitStatus=2
# SIGTERM sends what waits, for at most the drainDeadline; the rest of the time is for the end of the process.
KillSignal=SIGTERM
TimeoutStopSec=${stopSeconds}
UMask=0077

# It writes here and nowhere else. The folders must exist.
ProtectSystem=strict
ReadWritePaths=${written.map(word).join(" ")}
NoNewPrivileges=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
# Left out on purpose: MemoryDenyWriteExecute=, under which V8 cannot compile; PrivateTmp=, which would hide journals in
# /tmp; ProtectProc= and a pid namespace, which would hide whether the writer of a journal still lives.

[Install]
WantedBy=multi-user.target
`;
}

function placed(dir: string, { workingDir }: ShipCommand): string {
  return isAbsolute(dir) ? dir : resolve(workingDir, dir);
}

/** Where no words are told apart, only `%` has a meaning. */
function specified(text: string): string {
  return text.replaceAll("%", "%%");
}

function word(text: string): string {
  const quoted = /^[\w/.:=@%+,-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
  return specified(quoted);
}

/** In a command line `$` begins a variable too. */
function execWord(text: string): string {
  return word(text).replaceAll("$", "$$$$");
}
