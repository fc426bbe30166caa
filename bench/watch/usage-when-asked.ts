/** Loaded into a shipper with --import: answers each message with what the process has used so far. */
import { ownUsage } from "../ship/usage.js";

process.on("message", () => process.send!(ownUsage()));
// The shipper decides when it ends.
process.channel?.unref();
