/**
 * The part of prom-client that is used here, in the one file that names it. scripts/bundle.mjs builds it into the package: this
 * file of the library alone, for the whole of it is thirty times as large.
 */
import type { Registry as PromRegistry } from "prom-client";
// @ts-expect-error: only the library as a whole has types.
import RegistryFile from "prom-client/lib/registry.js";

export const Registry: typeof PromRegistry = RegistryFile;
