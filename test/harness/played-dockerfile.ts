/**
 * Plays the stages of a Dockerfile without Docker: the root of a stage is an overlay of this machine's files, which stand for
 * the base image, and in it the RUN and COPY steps are carried out as they stand. It takes root, Linux and its namespaces; all
 * that is mounted goes with the process.
 *
 * Two things are not as Docker does them: the base is this machine, and `npm ci` is not run where the checkout's own
 * node_modules, which are mounted there, come from the same lock file.
 */
import { spawnSync } from "node:child_process";
import type { Instruction, ModifiableInstruction } from "dockerfile-ast";

export interface Stage {
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** What is set for a process of the stage. */
export interface Setting {
  readonly root: string;
  workdir: string;
  readonly env: Map<string, string>;
}

export interface Ground {
  /** The folder of the build. */
  readonly context: string;
  /** An empty folder; a file system in RAM is mounted there. */
  readonly scratch: string;
  readonly nodeModules: string;
  /** npm's cache, in place of the cache mount. */
  readonly npmCache: string;
}

/** Why stages cannot be played here; false where they can. */
export function cannotPlay(): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "playing a Dockerfile takes root on Linux";
  const script = `set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
ip link set lo up`;
  const { status, stderr } = spawnSync(
    "unshare",
    ["--mount", "--net", "--pid", "--fork", "sh", "-c", script],
    { encoding: "utf8" },
  );
  return status !== 0 && `no overlay can be mounted here in a namespace: ${stderr}`;
}

/** The script of bash that plays them; it is to be run in a mount namespace of its own. `settings` are those of each stage. */
export function playScript(
  stages: readonly Stage[],
  ground: Ground,
): { script: string; settings: Map<string, Setting> } {
  const settings = new Map<string, Setting>();
  const lines = ["set -euo pipefail", `mount -t tmpfs tmpfs ${q(ground.scratch)}`];
  for (const { name, instructions } of stages) {
    const [from, ...steps] = instructions;
    const base = settings.get(from!.getArguments()[0]!.getValue());
    const root = `${ground.scratch}/${name}`;
    const setting: Setting = { root: `${root}/root`, workdir: base?.workdir ?? "/", env: new Map(base?.env) };
    settings.set(name, setting);
    const lower = base === undefined ? "/" : base.root;
    lines.push(
      `mkdir -p ${q(root)}/{upper,work,root}`,
      `mount -t overlay overlay -o lowerdir=${q(lower)},upperdir=${q(root)}/upper,workdir=${q(root)}/work ${q(setting.root)}`,
      ...["proc", "dev", "sys"].map((each) => `mount --rbind /${each} ${q(setting.root)}/${each}`),
      // Of this machine only what a base image has: no state, no files of its users.
      `for each in tmp root home var/lib/dragonlog; do mkdir -p ${q(setting.root)}/$each; mount -t tmpfs tmpfs ${q(setting.root)}/$each; done`,
    );
    for (const step of steps) lines.push(...played(step, setting, settings, ground));
  }
  return { script: lines.join("\n"), settings };
}

function played(
  step: Instruction,
  setting: Setting,
  settings: ReadonlyMap<string, Setting>,
  ground: Ground,
): string[] {
  const words = step.getArguments().map((each) => each.getValue());
  switch (step.getKeyword()) {
    case "WORKDIR":
      setting.workdir = words[0]!;
      return [`mkdir -p ${q(setting.root + setting.workdir)}`];
    case "ENV":
      for (const word of words) setting.env.set(...(word.split("=") as [string, string]));
      return [];
    case "COPY":
      return copied(step, words, setting, settings, ground);
    case "RUN":
      return run(step, setting, ground);
    case "LABEL":
    case "USER":
    case "VOLUME":
    case "EXPOSE":
    case "STOPSIGNAL":
    case "HEALTHCHECK":
    case "ENTRYPOINT":
    case "CMD":
      return [];
    default:
      throw new Error(`${step.getKeyword()} cannot be played`);
  }
}

function copied(
  step: Instruction,
  words: readonly string[],
  setting: Setting,
  settings: ReadonlyMap<string, Setting>,
  { context }: Ground,
): string[] {
  const from = flagOf(step, "from");
  const base = from === undefined ? context : settings.get(from)!.root;
  const target = words.at(-1)!;
  const place = target.startsWith("/") ? target : `${setting.workdir}/${target}`;
  return words.slice(0, -1).map((path) => {
    const source = `${base}/${path}`;
    // A folder's content is copied, and a file into a folder.
    return `mkdir -p ${q(setting.root + place)} && cp -a ${q(source)}$([ -d ${q(source)} ] && echo /.) ${q(setting.root + place)}`;
  });
}

function run(step: Instruction, setting: Setting, { nodeModules, npmCache }: Ground): string[] {
  const command = step.getRawArgumentsContent()!.replaceAll(/\\\n\s*/g, " ");
  const cache = /^type=cache,target=(\S+)$/.exec(flagOf(step, "mount") ?? "")?.[1];
  if (command.startsWith("npm ci ")) {
    const target = `${setting.root}${setting.workdir}/node_modules`;
    return [
      `mkdir -p ${q(target)} && mount --bind ${q(nodeModules)} ${q(target)} && mount -o remount,bind,ro ${q(target)}`,
    ];
  }
  const mount =
    cache === undefined
      ? []
      : [`mkdir -p ${q(setting.root + cache)} && mount --bind ${q(npmCache)} ${q(setting.root + cache)}`];
  return [...mount, inRoot(setting, ["sh", "-c", command])];
}

function flagOf(step: Instruction, name: string): string | undefined {
  const flags = (step as ModifiableInstruction).getFlags();
  return flags.find((flag) => flag.getName() === name)?.getValue() ?? undefined;
}

/** A command line of bash that runs this in the stage; `user` as `1000:1000`. */
export function inRoot(setting: Setting, words: readonly string[], user = "0:0"): string {
  const env = [...setting.env].map(([name, value]) => q(`${name}=${value}`));
  const inside = ["env", "-C", q(setting.workdir), ...env, ...words.map(q)];
  return ["chroot", `--userspec=${user}`, q(setting.root), ...inside].join(" ");
}

/** In single quotes, as a shell reads it. */
function q(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
