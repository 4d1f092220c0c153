/** The settings of the policy, as the form has them. */
export const SETTINGS = {
  serverVersion: "text",
  allowedLag: ["none", "patch", "minor"],
  ratcheting: ["true", "false"],
  deployedImage: ["reject", "warn", "ignore"],
  unknownVersion: ["reject", "warn"],
  repair: ["false", "true"],
} as const;

export type SettingKey = keyof typeof SETTINGS;

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/**
 * The text of the settings with one of them changed; an empty value takes it out. Comments
 * and the other lines of YAML stay as they are.
 */
export function withSetting(text: string, key: SettingKey, value: string): string {
  const written = key === "ratcheting" || key === "repair" ? value : JSON.stringify(value);
  if (!/^\s*\{/.test(text)) return inYaml(text, key, value && written);
  return /^\s*\{\s*[A-Za-z_]/.test(text)
    ? inBrackets(text, key, value && written)
    : inJson(text, key, value && written);
}

function inJson(text: string, key: string, written: string): string {
  const settings = JSON.parse(text) as Record<string, unknown>;
  if (written === "") delete settings[key];
  else settings[key] = JSON.parse(written);
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** In YAML with brackets. No setting has a comma in it. */
function inBrackets(text: string, key: string, written: string): string {
  const entries = text
    .slice(text.indexOf("{") + 1, text.lastIndexOf("}"))
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "" && !isOf(entry, key));
  if (written !== "") entries.push(`${key}: ${written}`);
  return `{${entries.join(", ")}}\n`;
}

/** True for a line or an entry of YAML that begins with the key. */
function isOf(entry: string, key: string): boolean {
  return new RegExp(`^["']?${key}["']?\\s*:`).test(entry);
}

function inYaml(text: string, key: string, written: string): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => isOf(line, key));
  if (at >= 0) {
    // The lines below it that are further in are a part of its value.
    const below = lines.slice(at + 1).findIndex((line) => !/^\s+\S/.test(line));
    lines.splice(at + 1, below < 0 ? lines.length : below);
  }
  if (written === "") {
    if (at >= 0) lines.splice(at, 1);
    return lines.join("\n");
  }
  const line = `${key}: ${written}`;
  if (at >= 0) {
    const comment = /\s#.*$/.exec(lines[at] ?? "")?.[0] ?? "";
    lines[at] = line + comment;
    return lines.join("\n");
  }
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${text}${end}${line}\n`;
}
