/**
 * The site of docs/: `npm run docs:dev` serves it, `npm run docs:build` writes it into dist-docs/, and `-- --base /path/` is for one
 * that is not at the root of its host. The pages are written for GitHub; what the site needs to read them is in github-pages.mjs.
 */
import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { readGithubPages, slugOf } from "./github-pages.mjs";
import { NAVIGATION, SIDEBAR } from "./navigation.mjs";

/** That of the page which `dragonlog ship` serves. */
const icon = `data:image/svg+xml,${encodeURIComponent(readFileSync(new URL("../../web/icon.svg", import.meta.url), "utf8"))}`;

/** Of 2022. For older ones, as Vite asks by default, the esbuild of this project does not write. */
const BROWSERS = "es2022";

export default defineConfig({
  title: "dragonlog",
  description:
    "The log pipeline for Node.js services that may not wait for their logs and may not lose them.",
  lang: "en",
  head: [["link", { rel: "icon", href: icon }]],
  outDir: "../dist-docs",
  cacheDir: "../node_modules/.cache/vitepress",
  markdown: {
    anchor: { slugify: slugOf },
    // On GitHub, braces at the end of a line are text.
    attrs: { disable: true },
    // Enough contrast on the ground of code, which the theme's own have not.
    theme: { light: "github-light-default", dark: "github-dark-default" },
    languageAlias: { acl: "ini", cron: "sh", env: "dotenv" },
    config: readGithubPages,
  },
  vite: { build: { target: BROWSERS }, optimizeDeps: { esbuildOptions: { target: BROWSERS } } },
  themeConfig: {
    logo: icon,
    nav: NAVIGATION,
    sidebar: SIDEBAR,
    outline: { level: [2, 3] },
    search: { provider: "local" },
  },
});
