import { documents, type Held, objects } from "./copy/documents.js";
import { SETTING_KEYS } from "./settings-text.js";
import { yamlText } from "./yaml-text.js";

/** The text of the settings if it holds nothing but settings; else what of it is one. */
export function knownSettings(text: string, json: string): string {
  const [settings, second] = held(json, (json) => documents(json).map((document) => JSON.parse(document) as object));
  if (settings === undefined) return "";
  const known = Object.entries(settings).filter(
    ([key, value]) => SETTING_KEYS.some((setting) => setting === key) && (value === null || typeof value !== "object"),
  );
  if (!second && isAll(json) && known.length === Object.keys(settings).length) return text;
  return known.length === 0 ? "" : yamlText(Object.fromEntries(known));
}

/** True if nothing stands between the documents that are found. */
function isAll(json: string): boolean {
  const rest = documents(json).reduce((rest, document) => rest.replace(document, () => ""), json);
  return rest.trim() === "";
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
  const isWhole = kept.length > 0 && isAll(json) && !hasMore(json) && JSON.stringify(kept) === JSON.stringify(all);
  return isWhole ? text : kept.map(yamlText).join("---\n");
}

const LIST_FIELDS = ["apiVersion", "kind", "items"];

/** True if a List holds anything beside its items. */
function hasMore(json: string): boolean {
  const more = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(more);
    const { items } = (value ?? {}) as Held;
    if (!Array.isArray(items)) return false;
    return more(items) || Object.keys(value as object).some((field) => !LIST_FIELDS.includes(field));
  };
  return documents(json).some((document) => more(JSON.parse(document)));
}

/** Nothing of what cannot be read. */
function held<Read extends object>(json: string, read: (json: string) => Read[]): Read[] {
  try {
    return read(json);
  } catch {
    return [];
  }
}
