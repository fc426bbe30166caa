/**
 * Shared memory maps of files, through koffi.
 *
 * A window is a range of addresses that is reserved once and lives as long as the process. Attaching a file maps
 * it over whatever the window showed before (MAP_FIXED); detaching maps harmless private zero pages over it. So the
 * window's buffers are created once and may be touched at any time: there is never a dangling pointer, and no
 * unmapping that could crash. Windows that are given back are used again.
 *
 * koffi has a prebuilt binary for each platform, in a package of its own; see ADR 0029. Where it is missing, or the platform
 * is not known here, `openMapper` throws the reason and the caller writes with write(2) instead.
 */
import { createRequire } from "node:module";
import { constants as osConstants } from "node:os";

/** What holds koffi's binary for this platform. */
export const MAPPER_PACKAGE = `@koromix/koffi-${process.platform}-${process.arch}`;

const PROT_READ_WRITE = 0x1 | 0x2;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = process.platform === "darwin" ? 0x1000 : 0x20;
const MAP_NORESERVE = process.platform === "darwin" ? 0x40 : 0x4000;
/** koffi bears few calls at once, and none is seen to end while the event loop is blocked. */
const CALLS_MAX = 16;
const MS_SYNC = 4;
/** Linux 5.14: fault the pages in for writing, without changing what stands in them. */
const MADV_POPULATE_WRITE = 23;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

type Native = ((...args: unknown[]) => unknown) & { async: (...args: unknown[]) => void };

interface Koffi {
  load(path: string | null): { func(declaration: string): Native };
  view(pointer: unknown, bytes: number): ArrayBuffer;
  errno(): number;
}

/** A range of addresses over which files can be mapped. Its views stay valid for the life of the process. */
export interface Window {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly view: DataView;
  /** Maps the first `bytes.length` bytes of the file. Throws an errno error when the file system cannot map. */
  attach(fd: number): void;
  /** Faults all pages in for writing, on a thread of the pool; nothing waits for it. Left out where too many do. */
  prefault(): void;
  /**
   * Writes the first `bytes` to the disk, on a thread of the pool, as fdatasync does. The pages behind them are left alone: after
   * a sync each page is faulted in anew when it is written to. `elsewhere`: not done, because this is not possible here or now, or
   * the window shows something else by the time that it has ended.
   */
  sync(bytes: number, done: (outcome: "synced" | "failed" | "elsewhere") => void): void;
  /** Puts private zero pages in the file's place. */
  detach(): void;
}

export interface Mapper {
  /** A free window of this size; takes no memory until a file is attached and touched. */
  reserve(bytes: number): Window;
  /** Detaches the window and keeps it for the next `reserve`. */
  release(window: Window): void;
  /** Makes the file's blocks really exist, so that writing to the map can never meet a full disk (SIGBUS). Throws an errno error. */
  allocate(fd: number, bytes: number): void;
}

function errnoError(call: string, errno: number): NodeJS.ErrnoException {
  const code = Object.entries(osConstants.errno).find(([, value]) => value === errno)?.[0] ?? `E${errno}`;
  const error: NodeJS.ErrnoException = new Error(`${code}: ${call} failed`);
  error.code = code;
  error.errno = -errno;
  error.syscall = call;
  return error;
}

class KoffiMapper implements Mapper {
  readonly #koffi: Koffi;
  readonly #mmap: Native;
  readonly #madvise: Native;
  readonly #msync: Native;
  readonly #fallocate: Native | undefined;
  readonly #free: Window[] = [];
  #calls = 0;

  constructor(koffi: Koffi) {
    const libc = koffi.load(null);
    this.#koffi = koffi;
    this.#mmap = libc.func("void *mmap(void *, size_t, int, int, int, int64_t)");
    this.#madvise = libc.func("int madvise(void *, size_t, int)");
    this.#msync = libc.func("int msync(void *, size_t, int)");
    this.#fallocate =
      process.platform === "linux" ? libc.func("int posix_fallocate(int, int64_t, int64_t)") : undefined;
  }

  allocate(fd: number, bytes: number): void {
    if (this.#fallocate === undefined) {
      throw errnoError("posix_fallocate", osConstants.errno.ENOSYS);
    }
    const errno = this.#fallocate(fd, 0, bytes) as number;
    if (errno !== 0) {
      throw errnoError("posix_fallocate", errno);
    }
  }

  reserve(bytes: number): Window {
    const free = this.#free.findIndex((window) => window.bytes.length === bytes);
    return free >= 0 ? this.#free.splice(free, 1)[0]! : this.#create(bytes);
  }

  release(window: Window): void {
    window.detach();
    this.#free.push(window);
  }

  #create(bytes: number): Window {
    const empty = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    const address = this.#map(null, bytes, empty, -1);
    const memory = this.#koffi.view(address, bytes);
    let changes = 0;
    let isAttached = false;
    return {
      bytes: Buffer.from(memory),
      words: new Int32Array(memory),
      doubles: new Float64Array(memory),
      view: new DataView(memory),
      attach: (fd) => {
        changes++;
        isAttached = false;
        this.#map(address, bytes, MAP_SHARED | MAP_FIXED, fd);
        isAttached = true;
      },
      detach: () => {
        changes++;
        isAttached = false;
        this.#map(address, bytes, empty | MAP_FIXED, -1);
      },
      prefault: () => {
        this.#aside(this.#madvise, [address, bytes, MADV_POPULATE_WRITE], () => {});
      },
      sync: (length, done) => {
        const before = changes;
        const isCalled =
          isAttached &&
          this.#aside(this.#msync, [address, length, MS_SYNC], (result) => {
            const outcome = result === 0 ? "synced" : "failed";
            done(changes === before ? outcome : "elsewhere");
          });
        if (!isCalled) {
          done("elsewhere");
        }
      },
    };
  }

  /** A call on a thread of the pool. False where there are too many, or it may mean something else. */
  #aside(call: Native, args: readonly unknown[], done: (result: unknown) => void): boolean {
    if (process.platform !== "linux" || this.#calls >= CALLS_MAX) {
      return false;
    }
    this.#calls++;
    call.async(...args, (error: unknown, result: unknown) => {
      this.#calls--;
      done(error === null || error === undefined ? result : error);
    });
    return true;
  }

  #map(address: unknown, bytes: number, flags: number, fd: number): unknown {
    const mapped = this.#mmap(address, bytes, PROT_READ_WRITE, flags, fd, 0);
    if (mapped === MAP_FAILED || mapped === null) {
      throw errnoError("mmap", this.#koffi.errno());
    }
    return mapped;
  }
}

let opened: Mapper | undefined;

/**
 * The process's mapper. Throws an error that says why there is none: koffi's binary is missing or does not load here, or
 * the platform is neither Linux nor macOS.
 */
export function openMapper(): Mapper {
  if (opened === undefined) {
    if (process.platform !== "linux" && process.platform !== "darwin") {
      throw new Error(`files are not mapped on ${process.platform}`);
    }
    opened = new KoffiMapper(createRequire(import.meta.url)(MAPPER_PACKAGE) as Koffi);
  }
  return opened;
}
