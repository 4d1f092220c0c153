/** The settings of the policy, as the form has them: the default first. */
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

export type Settings = Record<string, unknown>;

/** One setting, and what the form says of it; an empty value takes it out. */
export interface Choice {
  key: SettingKey;
  value: string;
}

/** True for the two settings that are true or false. */
export function isFlag(key: SettingKey): boolean {
  return key === "ratcheting" || key === "repair";
}
