/** What is used of commander. scripts/bundle.mjs builds it into the package. */
export { Command, CommanderError, Option } from "commander";
