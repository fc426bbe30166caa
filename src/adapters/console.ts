export { type ConsoleOptions, type TakenConsole, takeOver } from "./console/take-over.js";
