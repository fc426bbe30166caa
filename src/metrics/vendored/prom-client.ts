/** The part of prom-client that is used here, in the one file that names it. */
export { Registry } from "prom-client";
