/**
 * Programs that some tests start. What is missing is installed from Debian's packages where that may be done: as root, on a
 * system that has apt-get. Where not, those tests skip themselves and say why.
 */
import { spawnSync } from "node:child_process";

const INSTALL_MS_MAX = 180_000;

/** A command that succeeds where the need is met, and the package that meets it. */
const NEEDS = [
  [["redis-server", "--version"], "redis-server"],
  [["/usr/bin/python3", "-c", "import redis"], "python3-redis"],
  [["python3", "-c", "import yaml"], "python3-yaml"],
  [["ip", "-V"], "iproute2"],
  [["zsh", "--version"], "zsh"],
  [["fish", "--version"], "fish"],
  [["mandoc", "/dev/null"], "mandoc"],
  [["shellcheck", "--version"], "shellcheck"],
];
/** Large, and of use without the others: on its own, so that the others are there if it fails. Tests take any of these. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const BROWSER_PACKAGES = ["chromium", "fonts-dejavu-core"];

function succeeds([command, ...args], options = {}) {
  return spawnSync(command, args, { stdio: "ignore", ...options }).status === 0;
}

export function installNeeds() {
  const missing = NEEDS.filter(([check]) => !succeeds(check)).map(([, name]) => name);
  if (missing.length > 0) install(missing);
  if (!BROWSERS.some((name) => succeeds([name, "--version"]))) install(BROWSER_PACKAGES);
}

function install(names) {
  const what = names.join(", ");
  if (process.getuid?.() !== 0 || !succeeds(["apt-get", "--version"])) {
    console.error(`test: without ${what} some tests are skipped; root of a Debian system has them installed`);
    return;
  }
  console.log(`test: installs ${what} from Debian's packages`);
  const options = {
    stdio: ["ignore", "ignore", "inherit"],
    timeout: INSTALL_MS_MAX,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  const command = ["apt-get", "install", "--yes", "--no-install-recommends", ...names];
  if (succeeds(command, options)) return;
  // The lists of packages may be missing, or name what is there no more.
  if (succeeds(["apt-get", "update"], options) && succeeds(command, options)) return;
  console.error(`test: ${what} cannot be installed; the tests that need them are SKIPPED`);
}
