import { useState } from "preact/hooks";
import { chooseTheme, savedTheme, type Theme } from "../system/theme.js";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const SIGNS: Readonly<Record<Theme, string>> = { system: "◐", light: "☀", dark: "☾" };

export function ThemeButton() {
  const [theme, setTheme] = useState(savedTheme);
  const choose = (): void => {
    chooseTheme(NEXT[theme]);
    setTheme(NEXT[theme]);
  };
  return (
    <button
      type="button"
      class="icon theme-button"
      title={`Theme: ${theme}`}
      aria-label={`Theme: ${theme}. Change to ${NEXT[theme]}`}
      onClick={choose}
    >
      <span aria-hidden="true">{SIGNS[theme]}</span>
    </button>
  );
}
