import { documents, objects, settingsOf } from "./copy/documents.js";
import { SETTING_KEYS } from "./settings/keys.js";
import { yamlText } from "./yaml-text.js";

/**
 * The settings of the policy in a text of JSON, rewritten as YAML. Everything else in it may
 * be a secret, comments too.
 */
export function knownSettings(json: string): string {
  const settings = read(() => documents(json).map((document) => JSON.parse(document) as object));
  const known = (settings.length === 1 ? Object.entries(settings[0] ?? {}) : []).filter(
    ([key, value]) => SETTING_KEYS.some((setting) => setting === key) && !isHolder(value),
  );
  return known.length === 0 ? "" : yamlText(Object.fromEntries(known));
}

const NAMES = ["server-version", "agent-image"];
const FIELDS = ["value", "default"];

/** The same for Rancher's Settings: two of them, with the fields that the policy reads. */
export function rancherSettings(json: string): string {
  const settings = settingsOf(read(() => objects(json))).filter(({ metadata }) => NAMES.includes(metadata?.name ?? ""));
  return settings
    .map((setting) => {
      const fields = Object.entries(setting).filter(([field, value]) => FIELDS.includes(field) && !isHolder(value));
      const metadata = { name: setting.metadata?.name };
      return yamlText({ apiVersion: "management.cattle.io/v3", kind: "Setting", metadata, ...Object.fromEntries(fields) });
    })
    .join("---\n");
}

/** A list or a map, which no setting has as its value. */
function isHolder(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Nothing for what cannot be read. */
function read<Read>(all: () => Read[]): Read[] {
  try {
    return all();
  } catch {
    return [];
  }
}
