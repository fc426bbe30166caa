/** `dragonlog init`: writes down what a machine needs, for a person to look at before it is used. */
import { userInfo } from "node:os";
import { nearest, variableOf } from "../config/names.js";
import type { ParsedOptions } from "../config/options.js";
import { DragonlogError } from "../system/errors.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { isPassing, type ShipCommand, shipCommand } from "./command-line.js";
import { configFile } from "./config-file.js";
import { cronLine, findLogger } from "./cron.js";
import { ENV_FILE, envFile, secretUrl } from "./env-file.js";
import { iamPolicy } from "./iam-policy.js";
import { checkShipping, type ShipOptions, shipOptions } from "./ship-options.js";
import { systemdUnit } from "./systemd.js";
import { type NewFile, writeFiles } from "./write-files.js";

interface Result {
  readonly files: readonly NewFile[];
  /** What to do with them. */
  readonly next: readonly string[];
}

/** What can be written, by the operand; without one, `config`. */
const KINDS = { config: configResult, systemd: systemdResult, cron: cronResult } as const;

/** Throws DRAGONLOG_USAGE for a word that is none of them, and what the files cannot be written for. */
export async function runInit(
  options: ParsedOptions<"init">,
  io: Io,
  [what = "config"]: readonly string[],
): Promise<number> {
  if (!Object.hasOwn(KINDS, what)) throw unknownKind(what);
  const cwd = process.cwd();
  const shipping = shipOptions(options, { env: process.env, cwd });
  checkShipping(shipping);
  const { files, next } = KINDS[what as keyof typeof KINDS](shipping, cwd);
  writeFiles(files, { dir: cwd, dryRun: options.dryRun, force: options.force }, io);
  for (const line of next) io.stderr.write(`${printable(line)}\n`);
  return 0;
}

function configResult(options: ShipOptions): Result {
  const config = [{ name: "dragonlog.json", text: configFile(options) }, ...secretsOf(options)];
  const note = secretNote(options);
  if (options.to.kind !== "cloudwatch") return { files: config, next: [...note, "Next: dragonlog doctor"] };
  const policy = {
    name: "dragonlog-iam-policy.json",
    text: `${JSON.stringify(iamPolicy(options), undefined, 2)}\n`,
  };
  const next = [
    ...note,
    "The policy is the least that `dragonlog ship` needs; `dragonlog audit` needs logs:FilterLogEvents as well.",
    "Next: attach it to the user or role that ships, then dragonlog doctor",
  ];
  return { files: [...config, policy], next };
}

function systemdResult(options: ShipOptions, cwd: string): Result {
  const command = shipCommand(options, cwd);
  const name = "dragonlog-ship.service";
  const next = [
    ...passingNote(command),
    ...secretNote(options),
    "Next, having read it:",
    `  mkdir -p -m 700 ${JSON.stringify(command.journalDir)}`,
    `  sudo install -m 644 ${name} /etc/systemd/system/`,
    `  sudo systemctl daemon-reload && sudo systemctl enable --now ${name}`,
    `An application that is to have its last records delivered at a shutdown names ${name} in After= of its own unit.`,
  ];
  const unit = { name, text: systemdUnit(options, command, userInfo().username) };
  return { files: [unit, ...secretsOf(options)], next };
}

function cronResult(options: ShipOptions, cwd: string): Result {
  const command = shipCommand(options, cwd, "--once");
  const name = "dragonlog-ship.cron";
  const next = [
    ...passingNote(command),
    ...secretNote(options),
    "Next, having read it, as the user that the applications log as:",
    `  (crontab -l; cat ${name}) | crontab -`,
  ];
  return { files: [{ name, text: cronLine(command, findLogger()) }, ...secretsOf(options)], next };
}

function secretsOf(options: ShipOptions): NewFile[] {
  const file = envFile(options);
  return file === undefined ? [] : [file];
}

function secretNote(options: ShipOptions): string[] {
  return secretUrl(options) === undefined
    ? []
    : [
        `The store's URL holds a password, so it stands in ${ENV_FILE} alone (mode 600), as ${variableOf("buffer")}; ` +
          `for a shell: set -a; . ./${ENV_FILE}; set +a`,
      ];
}

function passingNote(command: ShipCommand): string[] {
  return isPassing(command)
    ? [
        "This dragonlog runs from npx's cache, which is emptied some day: npm install -g dragonlog, and write it again.",
      ]
    : [];
}

function unknownKind(what: string): DragonlogError {
  const kinds = Object.keys(KINDS);
  const suggestion = nearest(what, kinds);
  return new DragonlogError(
    "DRAGONLOG_USAGE",
    `init does not know ${JSON.stringify(what)}`,
    suggestion ? `Did you mean ${suggestion}?` : `There are: ${kinds.join(", ")}.`,
  );
}
