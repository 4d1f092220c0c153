import { en, type Words } from "./en.js";
import { store, stored } from "../stored.js";
import { zh } from "./zh.js";

const LANGUAGES = { en, zh };

export type Language = keyof typeof LANGUAGES;

const shown: ((words: Words) => void)[] = [];
let language: Language = chosen();

function chosen(): Language {
  const name = stored("language");
  if (name === "en" || name === "zh") return name;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function words(): Words {
  return LANGUAGES[language];
}

export function currentLanguage(): Language {
  return language;
}

/** Calls `show` now, and whenever the language changes. */
export function inWords(show: (words: Words) => void): void {
  shown.push(show);
  show(words());
}

export function speak(next: Language): void {
  language = next;
  store("language", next);
  for (const show of shown) show(words());
}
