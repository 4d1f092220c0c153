import { translate } from "../policy/input.js";
import { yamlText } from "../yaml-text.js";
import { isFlag, type Choice, type Settings } from "./keys.js";

/** A change of the settings, as the page asks the worker for it. */
export interface Edit {
  text: string;
  choice: Choice;
  /** The text with the change in it, if it was made where it should be. */
  edited: string;
  /** The settings that were read last. */
  known: Settings;
}

/**
 * The text of the settings with one of them changed. A text that cannot be changed in its
 * place is written anew, and one that cannot be read is written from the settings known
 * before.
 */
export function settled({ text, choice, edited, known }: Edit): string {
  const settings = settingsOf(text);
  const wanted = changed(settings ?? known, choice);
  if (!settings) return yamlText(wanted);
  const proposed = isJson(text) ? `${JSON.stringify(wanted, null, 2)}\n` : edited;
  return isSame(settingsOf(proposed), wanted) ? proposed : yamlText(wanted);
}

function changed(settings: Settings, { key, value }: Choice): Settings {
  const wanted = { ...settings };
  if (value === "") delete wanted[key];
  else wanted[key] = isFlag(key) ? value === "true" : value;
  return wanted;
}

/** The settings of a text; `undefined` if it cannot be read as settings. */
export function settingsOf(text: string): Settings | undefined {
  const translation = translate(text);
  if (!("json" in translation)) return undefined;
  const value = parsed(translation.json.trim() === "" ? "null" : translation.json);
  if (value === null) return {};
  return typeof value === "object" && !Array.isArray(value) ? (value as Settings) : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  return typeof (parsed(text.replace(/^\uFEFF/, "")) ?? undefined) === "object";
}

function isSame(settings: Settings | undefined, wanted: Settings): boolean {
  const sorted = (map: Settings) => JSON.stringify(Object.entries(map).sort());
  return settings !== undefined && sorted(settings) === sorted(wanted);
}
