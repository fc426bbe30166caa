/**
 * The site of docs/: `npm run docs:dev` serves it, `npm run docs:build` writes it into dist-docs/, and `-- --base /path/` is for one
 * that is not at the root of its host. The pages are written for GitHub; what the site needs to read them is in github-pages.mjs.
 */
import { defineConfig } from "vitepress";
import { readGithubPages, slugOf } from "./github-pages.mjs";
import { NAVIGATION, SIDEBAR } from "./navigation.mjs";

const ICON = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="7" fill="#0b6b60"/>
  <path d="M8 10h10M8 16h16M8 22h6" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
  <path d="M18 22l3.5-3 3 3-3 3z" fill="#ffb454"/>
</svg>`)}`;

export default defineConfig({
  title: "dragonlog",
  description:
    "The log pipeline for Node.js services that may not wait for their logs and may not lose them.",
  lang: "en",
  head: [["link", { rel: "icon", href: ICON }]],
  outDir: "../dist-docs",
  cacheDir: "../node_modules/.cache/vitepress",
  markdown: {
    anchor: { slugify: slugOf },
    // On GitHub, braces at the end of a line are text.
    attrs: { disable: true },
    languageAlias: { acl: "ini" },
    config: readGithubPages,
  },
  // Browsers since 2022. For older ones than that, the esbuild of this project no longer writes what Vite asks by default.
  vite: { build: { target: "es2022" } },
  themeConfig: {
    nav: NAVIGATION,
    sidebar: SIDEBAR,
    outline: { level: [2, 3] },
    search: { provider: "local" },
  },
});
