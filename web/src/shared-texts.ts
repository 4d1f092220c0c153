import { documents, type Held, objects } from "./copy/documents.js";
import { SETTING_KEYS } from "./settings-text.js";
import { yamlText } from "./yaml-text.js";

/** The text of the settings if it holds nothing but settings; else what of it is one. */
export function knownSettings(text: string, json: string): string {
  const read = held(json, documents)[0];
  if (read === undefined) return "";
  const settings = JSON.parse(read) as Record<string, unknown>;
  const known = Object.entries(settings).filter(([key]) => SETTING_KEYS.some((setting) => setting === key));
  if (known.length === Object.keys(settings).length) return text;
  return known.length === 0 ? "" : yamlText(Object.fromEntries(known));
}

const NAMES = ["server-version", "agent-image"];
const FIELDS = ["apiVersion", "kind", "metadata", "value", "default"];

/** The same for Rancher's Settings: two of them, and of each what the policy reads. */
export function rancherSettings(text: string, json: string): string {
  const all = held(json, objects);
  const kept = all
    .filter(({ kind, metadata }) => kind === "Setting" && NAMES.includes(metadata?.name ?? ""))
    .map((setting) => {
      const fields = Object.entries(setting).filter(([field]) => FIELDS.includes(field));
      return { ...Object.fromEntries(fields), metadata: { name: setting.metadata?.name } };
    });
  return JSON.stringify(kept) === JSON.stringify(all) ? (kept.length > 0 ? text : "") : kept.map(yamlText).join("---\n");
}

/** Nothing of what cannot be read. */
function held<Read extends string | Held>(json: string, read: (json: string) => Read[]): Read[] {
  try {
    return read(json);
  } catch {
    return [];
  }
}
