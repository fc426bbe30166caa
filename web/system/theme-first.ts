/** Runs before the page is drawn, so that a theme that was chosen is there from the first moment. */
import { applyTheme, savedTheme } from "./theme.js";

applyTheme(savedTheme());
