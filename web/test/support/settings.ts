// A change of the form, the page's part and the worker's.

import { edited } from "../../src/settings/edit.js";
import type { SettingKey, Settings } from "../../src/settings/keys.js";
import { settled } from "../../src/settings/text.js";

export function withSetting(text: string, key: SettingKey, value: string, known: Settings = {}): string {
  const choice = { key, value };
  return settled({ text, choice, edited: edited(text, choice), known });
}
