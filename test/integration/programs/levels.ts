/** A service that logs at two levels until it is killed, and says which level it and its child have. */
import { DragonLogger } from "../../../src/index.js";

const logger = new DragonLogger({ service: "shop", syncMs: 20 });
const child = logger.child({ part: "cart" });
setInterval(() => {
  logger.debug("of the logger");
  child.debug("of the child");
  logger.info(`${logger.level} ${child.level}`);
}, 5);
