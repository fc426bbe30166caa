/** The folder of journals: whether writers and shippers of this user can work in it, and how much room there is. */
import { statfsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { ParsedOptions } from "../../config/options.js";
import { formatBytes } from "../../system/figures.js";
import { formatSize } from "../../system/units.js";
import { type Check, failed, ok, warning } from "./check.js";
import { checkWritable, nearestFolder } from "./folder.js";

/** A new journal begins with a segment of this size. */
const LEAST_ROOM_BYTES = 8 << 20;

/** File systems whose files another machine may change, or where a map is not what it is elsewhere: statfs(2). */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB 2"],
  [0x01021997, "9p"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
  [0x65735546, "FUSE"],
]);
const TMPFS = 0x01021994;

type Options = Pick<ParsedOptions<"doctor">, "buffer" | "journalBytesMax">;

export function checkJournalFolder(options: Options): Check[] {
  const dir = resolve(options.buffer.dir);
  const there = nearestFolder(dir);
  return [
    checkWritable("journal folder", dir),
    ...(dir === there ? checkOwner(dir) : []),
    ...checkRoom(there, options.journalBytesMax),
    ...checkFileSystem(there),
  ];
}

function checkOwner(dir: string): Check[] {
  const { uid, mode } = statSync(dir);
  const own = process.getuid?.();
  const checks: Check[] = [];
  if (own !== undefined && uid !== own) {
    const message = `${dir} belongs to the user ${uid}, and this is ${own}`;
    checks.push(
      own === 0
        ? warning(
            "journal owner",
            message,
            "Run doctor as the user that logs and ships, to see what that user sees.",
          )
        : failed(
            "journal owner",
            message,
            "Log and ship as one user, or name another folder with --journal-dir.",
          ),
    );
  }
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8);
    checks.push(
      warning("journal mode", `others may look into ${dir}: its mode is ${shown}`, `chmod 700 ${dir}`),
    );
  }
  return checks;
}

function checkRoom(dir: string, journalBytesMax: number): Check[] {
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  const text = `${formatBytes(free)} are free, and the journal of one writer may take ${formatSize(journalBytesMax)}`;
  if (free < LEAST_ROOM_BYTES) {
    return [
      failed(
        "room",
        `${text}: not even a new one has room`,
        "Free room, or name another folder with --journal-dir.",
      ),
    ];
  }
  if (free < journalBytesMax) {
    return [warning("room", text, "Free room, or set a smaller journalBytesMax where you log.")];
  }
  return [ok("room", text)];
}

function checkFileSystem(dir: string): Check[] {
  const { type } = statfsSync(dir);
  // Some types have their highest bit set, and come as negative numbers on some platforms.
  const network = NETWORK.get(type >>> 0);
  if (network !== undefined) {
    return [
      warning(
        "file system",
        `${dir} is on ${network}: what survives a crash there is up to that file system`,
        "Keep journals on a disk of this machine.",
      ),
    ];
  }
  return type === TMPFS
    ? [
        warning(
          "file system",
          `${dir} is in memory (tmpfs): journals survive the process, and no restart of the machine`,
          "If that is not meant, name a folder on a disk with --journal-dir.",
        ),
      ]
    : [];
}
