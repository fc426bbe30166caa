/** As installed: a journal in a folder, all options at their defaults. */
import { DragonLogger } from "../../../src/index.js";
import { SERVICE } from "../../lib/records.js";
import type { Contender, OpenContender } from "../contender.js";
import { BINDINGS, type Shape } from "../shapes.js";

export const open: OpenContender = ({ dir }, shape) => {
  const logger = new DragonLogger({ service: SERVICE, journalDir: dir });
  return {
    waits: false,
    log: callOf(logger, shape),
    drain: async () => void (await logger.flush()),
    async close() {
      const { state, dropped } = logger.stats();
      await logger.close();
      if (state !== "safe" || Object.keys(dropped).length > 0) {
        throw new Error(`the journal was ${state} and dropped ${JSON.stringify(dropped)}`);
      }
    },
  };
};

function callOf(logger: DragonLogger, shape: Shape): Contender["log"] {
  switch (shape.way) {
    case "disabled":
      return (i) => logger.debug(shape.text(i), shape.metadata(i));
    case "make-child":
      return () => void logger.child(BINDINGS);
    case "child": {
      const child = logger.child(BINDINGS);
      return (i) => child.info(shape.text(i), shape.metadata(i));
    }
    default:
      return (i) => logger.info(shape.text(i), shape.metadata(i));
  }
}
