// CommonJS: require() works, although the package is an ES module (Node 20.19 and later load those too).
const { DragonLogger } = require("dragonlog");

const logger = new DragonLogger({ service: "commonjs", level: "debug" });

logger.debug("loaded with require()", { node: process.version });
