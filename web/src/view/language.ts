import { currentLanguage, inWords, speak } from "../i18n/language.js";
import { element } from "./element.js";

/** The choice of the language. `changed` is called after the words have changed. */
export function languageSelect(changed: () => void): HTMLElement {
  const select = element(
    "select",
    { "data-testid": "language" },
    element("option", { value: "en", lang: "en" }, "English"),
    element("option", { value: "zh", lang: "zh-CN" }, "简体中文"),
  );
  select.value = currentLanguage();
  inWords((words) => {
    select.setAttribute("aria-label", words.language);
    document.documentElement.lang = currentLanguage() === "zh" ? "zh-CN" : "en";
    document.title = `${words.name}: ${words.heading}`;
  });
  select.addEventListener("change", () => {
    speak(select.value === "zh" ? "zh" : "en");
    changed();
  });
  return select;
}
