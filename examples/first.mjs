// The first program: three records that outlive the process. Then: npx dragonlog ship --once --to stdout
import { DragonLogger } from "dragonlog";

const logger = new DragonLogger({ service: "shop" });

logger.info("User signed up", { user_id: 42 });
logger.log({ type: "AUDIT", data: { order: 7, total: 12.5 }, request_id: "r-1" });
try {
  JSON.parse("{ this is not JSON");
} catch (error) {
  logger.error(error, { while: "reading the order" });
}
