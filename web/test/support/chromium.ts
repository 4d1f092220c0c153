// Finds Chromium and starts it.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = [
  "chromium",
  "chromium-headless-shell",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function findChromium(path = process.env.PATH ?? ""): string {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = files.find(isProgram);
  if (found === undefined) {
    throw new Error(
      `no Chromium in PATH (looked for ${NAMES.join(", ")}); ` +
        "on Debian: apt-get install --yes chromium-headless-shell",
    );
  }
  return found;
}

/** Chromium, which asks `proxy` for all that is not on this machine. */
export async function startChromium(proxy: string): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    // Root, as in a container, has no sandbox. Nothing but the page is opened.
    args: ["--no-sandbox", `--proxy-server=${proxy}`, "--font-render-hinting=none"],
  });
}
