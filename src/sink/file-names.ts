/**
 * A log group or stream as one name in a folder, such that different names never meet in one place.
 *
 * - `A-Z a-z 0-9 . _ -` stand for themselves; every other byte of the name's UTF-8 is `%XX`, so no name holds a
 *   slash, a NUL or anything that a shell would expand. The percent sign is always encoded, so decodeURIComponent
 *   leads back.
 * - A dot is `%2E` where it leads, so there is no `..` and nothing hidden, and where it begins a final `.ndjson`, so
 *   a folder is never taken for a log file.
 * - A lone surrogate, which has no UTF-8, is `%uXXXX`. The empty name is `%`.
 * - What would be too long for a file system is cut and ends in `%~` and the SHA-256 of the name.
 *
 * A file system that ignores case puts `Web` and `web` into one folder: their lines then stand in one file, and none
 * is lost.
 */
import { createHash } from "node:crypto";

/** Most file systems take 255 bytes for one name. */
const NAME_BYTES_MAX = 200;
const CUT_BYTES = 120;

export function fileNameOf(name: string): string {
  if (name === "") return "%";
  const encoded = Array.from(name, encodeCharacter)
    .join("")
    .replace(/^\./, "%2E")
    .replace(/\.ndjson$/, "%2Endjson");
  if (encoded.length <= NAME_BYTES_MAX) return encoded;
  const digest = createHash("sha256").update(name, "utf16le").digest("hex");
  return `${encoded.slice(0, CUT_BYTES)}%~${digest}`;
}

/** The name that `fileNameOf` made this of; the file's own name where that cannot be known, because it was cut. */
export function nameOfFile(fileName: string): string {
  if (fileName === "%") return "";
  if (fileName.includes("%~")) return fileName;
  try {
    return fileName
      .split(/(%u[0-9A-F]{4})/)
      .map((piece) =>
        piece.startsWith("%u")
          ? String.fromCharCode(Number.parseInt(piece.slice(2), 16))
          : decodeURIComponent(piece),
      )
      .join("");
  } catch {
    return fileName;
  }
}

function encodeCharacter(character: string): string {
  if (/^[A-Za-z0-9._-]$/.test(character)) return character;
  if (!character.isWellFormed()) return `%u${hex(character.charCodeAt(0))}`;
  return Array.from(Buffer.from(character), (byte) => `%${hex(byte)}`).join("");
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, "0");
}
