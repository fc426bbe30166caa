/**
 * The files of the page, as scripts/web.mjs writes them: index.html, and assets/ whose names hold a hash of what is in them; beside
 * each the same compressed.
 *
 * All are read at once, when the first is asked for: less than a megabyte, which fits together also after the package was
 * replaced under a running shipper. Only what was found then is ever sent, so no path leads anywhere else.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};
const ENCODINGS = { br: ".br", gzip: ".gz" } as const;
const HASHED = /\.[0-9a-f]{8,}\.\w+$/;

type Encoding = keyof typeof ENCODINGS;

export interface StaticFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Known {
  readonly type: string;
  readonly etag: string;
  readonly immutable: boolean;
  readonly plain: Buffer;
  readonly encoded: Partial<Record<Encoding, Buffer>>;
}

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>dragonlog</title>
<p>The page is not built here; <code>npm run build</code> builds it. What it would show: <a href="/api/overview">/api/overview</a>.</p></html>
`;

export class StaticFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, Known> | undefined;

  constructor(folder: URL) {
    this.#folder = fileURLToPath(folder);
  }

  /** Undefined where there is no such file. `path` as in a request: `/`, `/assets/page.1a2b3c4d5e.js`. */
  find(path: string, acceptEncoding = ""): StaticFile | undefined {
    this.#files ??= readFiles(this.#folder);
    const known = this.#files.get(path === "/" ? "/index.html" : path);
    if (known === undefined) {
      return undefined;
    }
    const encoding = (Object.keys(ENCODINGS) as Encoding[]).find(
      (name) => known.encoded[name] !== undefined && accepts(acceptEncoding, name),
    );
    return {
      body: encoding === undefined ? known.plain : known.encoded[encoding]!,
      headers: {
        "Content-Type": known.type,
        "Cache-Control": known.immutable ? "public, max-age=31536000, immutable" : "no-cache",
        ETag: known.etag,
        Vary: "Accept-Encoding",
        ...(encoding === undefined ? {} : { "Content-Encoding": encoding }),
      },
    };
  }
}

/** Whether an encoding is named and not refused by `q=0`. */
function accepts(acceptEncoding: string, encoding: Encoding): boolean {
  return acceptEncoding.split(",").some((one) => {
    const [name, ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

function readFiles(folder: string): ReadonlyMap<string, Known> {
  const files = new Map<string, Known>();
  for (const path of pathsIn(folder)) {
    const type = TYPES[extname(path)];
    if (type !== undefined) {
      const name = `/${relative(folder, path).split(sep).join("/")}`;
      const encoded = Object.entries(ENCODINGS).map(([encoding, suffix]) => [encoding, read(path + suffix)]);
      files.set(name, known(type, name, read(path)!, Object.fromEntries(encoded)));
    }
  }
  if (!files.has("/index.html")) {
    files.set("/index.html", known(TYPES[".html"]!, "/index.html", Buffer.from(NOT_BUILT), {}));
  }
  return files;
}

function known(type: string, name: string, plain: Buffer, encoded: Known["encoded"]): Known {
  const etag = `W/"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  return { type, etag, immutable: HASHED.test(name), plain, encoded };
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
  } catch {
    return [];
  }
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
