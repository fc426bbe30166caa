/** deploy/Dockerfile is carried out, without Docker, and what it makes is started as a container would be: see played-dockerfile.ts. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { cannotPlay, inRoot, playScript } from "../harness/played-dockerfile.js";
import { ROOT } from "../integration/application.js";
import { dockerfileStages, jsonWords, lastOf } from "./deployment.js";

const UNREACHABLE =
  /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;
const PLAY_MS_MAX = 240_000;
/** Each look starts a process, so this many take far longer than a start. */
const LOOKS_MAX = 100;

/** What deploy/Dockerfile.dockerignore keeps out. */
function isIgnored(path: string): boolean {
  return /^(\.git|dist-[^/]*)(\/|$)|(^|\/)(\.env[^/]*|coverage|dist|node_modules)(\/|$)/.test(path);
}

test("the image is built as it stands, and its process ships as the first one, confined, and drains at SIGTERM", {
  skip: cannotPlay(),
}, (context) => {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-image-"));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const [checkout, scratch, npmCache] = ["context", "scratch", "npm"].map((name) => join(dir, name));
  for (const folder of [checkout!, scratch!, npmCache!]) mkdirSync(folder);
  cpSync(ROOT, checkout!, { recursive: true, filter: (path) => !isIgnored(relative(ROOT, path)) });
  const stages = dockerfileStages().filter(({ name }) => name !== "");
  const { script, settings } = playScript(stages, {
    context: checkout!,
    scratch: scratch!,
    nodeModules: realpathSync(join(ROOT, "node_modules")),
    npmCache: npmCache!,
  });
  const image = settings.get("dragonlog")!;
  const user = lastOf("dragonlog", "USER").getArgumentsContent()!;
  const [volume] = jsonWords(lastOf("dragonlog", "VOLUME"));
  const words = [...jsonWords(lastOf("dragonlog", "ENTRYPOINT")), ...jsonWords(lastOf("dragonlog", "CMD"))];
  const given = { ...image, env: new Map([...image.env, ["DRAGONLOG_TO", "stdout"]]) };
  const started = `${script}
echo "node_modules: $(ls ${image.root}/app/node_modules | tr '\\n' ' ')"
echo "files of tests: $(find ${image.root}/app/dist -name '*.test.*' | wc -l)"
# The volume keeps the owner that the image gave to the folder; nothing else can be written to.
echo "folder: $(stat -c '%u:%g %a' ${image.root}${volume})"
for each in "" /tmp /root /home; do mount -o remount,ro ${image.root}$each; done
unshare --pid --net --fork --kill-child bash -c "ip link set lo up; exec $PROCESS" > ${scratch}/stdout 2> ${scratch}/stderr &
outside=$!
for look in $(seq ${LOOKS_MAX}); do
  first=$(cat /proc/$outside/task/$outside/children)
  if nsenter --net --target $((first)) ${inRoot(given, jsonWords(lastOf("dragonlog", "HEALTHCHECK")), user)}; then echo healthy; break; fi
done
grep -E '^(Uid|NSpid|CapEff):' /proc/$((first))/status
kill -TERM $((first))
wait $outside || code=$?
echo "exit: \${code-0}"
cat ${scratch}/stderr
`;
  const inside = ["--mount", "--propagation", "private", "bash", "-c", started];
  const { status, stdout, stderr } = spawnSync("unshare", inside, {
    encoding: "utf8",
    env: { ...process.env, PROCESS: inRoot(given, words, user) },
    timeout: PLAY_MS_MAX,
    killSignal: "SIGKILL",
  });
  if (status !== 0 && UNREACHABLE.test(stdout + stderr)) {
    context.skip(`npm cannot install here: ${UNREACHABLE.exec(stdout + stderr)![0]}`);
    return;
  }
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  for (const name of ["@aws-sdk", "@redis", "@koromix", "nodemailer"]) {
    assert.match(stdout, new RegExp(`^node_modules: .*${name} `, "m"));
  }
  assert.doesNotMatch(stdout, /^node_modules: .*typescript/m, "nothing that only builds");
  assert.match(stdout, /^files of tests: 0$/m);
  assert.match(stdout, /^folder: 1000:1000 700$/m);
  assert.match(stdout, /^healthy$/m, stdout + stderr);
  assert.match(stdout, /^Uid:\t1000\t/m);
  assert.match(stdout, /^NSpid:\t\d+\t.*\b1$/m, "the first process");
  assert.match(stdout, /^CapEff:\t0+$/m);
  assert.match(stdout, /^exit: 0$/m);
  assert.match(stdout, /draining/);
});
