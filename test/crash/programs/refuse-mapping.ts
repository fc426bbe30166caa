/** Makes mapping fail as on a file system that cannot map, so that the journal falls back to write(2). */
import { openMapper, type Window } from "../../../src/system/mapping.js";

/** What is mapped already stays so. */
export function refuseMapping(): void {
  const mapper = openMapper();
  const reserve = mapper.reserve.bind(mapper);
  mapper.reserve = (bytes: number): Window => ({
    ...reserve(bytes),
    attach() {
      throw Object.assign(new Error("ENODEV: mmap failed"), { code: "ENODEV", syscall: "mmap" });
    },
  });
}
