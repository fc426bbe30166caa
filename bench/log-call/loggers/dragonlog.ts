/** As installed: a journal in a folder, all options at their defaults. */
import { DragonLogger } from "../../../src/index.js";
import { SERVICE } from "../../lib/records.js";
import type { OpenContender } from "../contender.js";

export const open: OpenContender = ({ dir }, kind) => {
  const logger = new DragonLogger({ service: SERVICE, journalDir: dir });
  return {
    waits: false,
    log: (i) => logger.info(kind.text(i), kind.metadata(i)),
    drain: () => logger.flush(),
    async close() {
      const { state, dropped } = logger.stats();
      await logger.close();
      if (state !== "safe" || Object.keys(dropped).length > 0) {
        throw new Error(`the journal was ${state} and dropped ${JSON.stringify(dropped)}`);
      }
    },
  };
};
