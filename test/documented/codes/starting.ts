/** Commands and loggers that do not start. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DragonLogger } from "../../../src/index.js";
import { type Scene, type Seen, type Stage, thrownBy } from "./stage.js";

export const starting = {
  DRAGONLOG_OPTION_INVALID: async (stage) => [
    await stage.command("ship", "--interval", "soon"),
    await stage.command("ship", "--once", "--group", "shop"),
    await withBrokenConfig(stage),
    await thrownBy(() => new DragonLogger({} as never)),
  ],

  DRAGONLOG_OPTION_UNKNOWN: async (stage) => {
    const inCode = await thrownBy(() => new DragonLogger({ service: "web", levle: "debug" } as never));
    stage.cli.env.DRAGONLOG_INTERVALL = "30s";
    return [await stage.command("ship"), inCode];
  },

  DRAGONLOG_USAGE: async (stage) => [
    await stage.command("shipp"),
    await stage.command("dead", "drop"),
    await stage.command("alert", "test"),
  ],

  DRAGONLOG_DEPENDENCY_MISSING: async (stage) => {
    stage.installAlone();
    return [
      await stage.command("ship", "--once", "--group", "shop", "--region", "eu-central-1"),
      await stage.command("ship", "--once", "--to", "stdout", "--buffer", "redis://10.0.0.5"),
      await stage.command(
        "alert",
        "test",
        "--mail-to",
        "ops@example.com",
        "--smtp",
        "smtp://mail.example.com",
      ),
    ];
  },

  DRAGONLOG_TOKEN_MISSING: async (stage) => [
    await stage.command("ship", "--to", "stdout", "--listen", "0.0.0.0:8001"),
  ],

  DRAGONLOG_COMMAND_NOT_STARTED: async (stage) => [
    await stage.command("run", "--service", "backup", "--", "/usr/local/bin/bakcup"),
  ],

  DRAGONLOG_FILE_EXISTS: async (stage) => {
    const init = ["init", "--region", "eu-central-1", "--group", "shop"];
    await stage.cli.run(init);
    return [await stage.command(...init)];
  },
} satisfies Readonly<Record<string, Scene>>;

function withBrokenConfig(stage: Stage): Promise<Seen> {
  const path = join(stage.cli.dir, "dragonlog.json");
  writeFileSync(path, '{\n  "interval": "30s"\n  "group": "shop"\n}\n');
  return stage.command("ship", "--config", path);
}
