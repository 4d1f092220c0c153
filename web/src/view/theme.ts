import { inWords, words } from "../i18n/language.js";
import { store, stored } from "../stored.js";
import { element } from "./element.js";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

function chosen(): Theme {
  const name = stored("theme");
  return THEMES.find((theme) => theme === name) ?? "system";
}

/** The button that switches from the system's theme to light to dark. */
export function themeButton(): HTMLElement {
  let theme = chosen();
  const button = element("button", { type: "button", "data-testid": "theme" });
  const show = () => {
    document.documentElement.dataset["theme"] = theme;
    const { label, ...names } = words().theme;
    button.textContent = label(names[theme]);
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
    store("theme", theme);
    show();
  });
  inWords(show);
  return button;
}
