import monitor from "../../../deploy/monitor.yaml?raw";
import repair from "../../../deploy/repair.yaml?raw";
import strict from "../../../deploy/strict.yaml?raw";
import type { Settings } from "../settings/keys.js";
import { yamlText } from "../yaml-text.js";

/** Where the module of the release is. */
export const MODULE = /^  module: (\S+)$/m.exec(monitor)?.[1] ?? "";

/** The manifest of `deploy/` for these settings, with them in it. */
export function manifest(settings: Settings): string {
  const file = settings["repair"] === true ? repair : settings["ratcheting"] === false ? strict : monitor;
  const [before] = file.split(/^  settings:/m);
  const indented = yamlText(settings).replace(/^(?=.)/gm, "    ");
  return `${before}  settings:${Object.keys(settings).length === 0 ? " {}\n" : `\n${indented}`}`;
}
