/** For `console`: takes it over, and gives it back. See docs/from-other-loggers.md. */
export { type ConsoleOptions, type TakenConsole, takeOver } from "./console/take-over.js";
