/** Light, dark, or as the system has it; remembered in this browser. */
export type Theme = "system" | "light" | "dark";

const KEY = "dragonlog-theme";

export function savedTheme(): Theme {
  try {
    const saved = localStorage.getItem(KEY);
    return saved === "light" || saved === "dark" ? saved : "system";
  } catch {
    // A browser may forbid storage.
    return "system";
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is left.
  }
  dispatchEvent(new Event(THEME_CHANGED));
}

/** An event of the window, for what is painted and not styled. */
const THEME_CHANGED = "dragonlog-theme";

/** Calls back when colours have changed, whoever changed them; returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  addEventListener(THEME_CHANGED, changed);
  return () => {
    system.removeEventListener("change", changed);
    removeEventListener(THEME_CHANGED, changed);
  };
}

/** The colour that a custom property has now, in a form that a canvas takes. */
export function colourOf(property: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
