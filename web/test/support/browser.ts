// Finds a browser and starts it: Chromium, or Firefox over WebDriver BiDi.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";

/** Which browser the tests of this project open (vitest.config.ts). */
export const KIND = process.env["BROWSER"] === "firefox" ? "firefox" : "chromium";

const PROGRAMS = {
  chromium: {
    names: ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "google-chrome-stable"],
    package: "chromium-headless-shell",
  },
  firefox: { names: ["firefox-esr", "firefox"], package: "firefox-esr" },
};

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find(kind: keyof typeof PROGRAMS): string {
  const { names, package: debian } = PROGRAMS[kind];
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found === undefined) {
    throw new Error(`no ${kind} in PATH (looked for ${names.join(", ")}); on Debian: apt-get install --yes ${debian}`);
  }
  return found;
}

/** A browser that asks `proxy` for all that is not on this machine, and saves to `downloads`. */
export async function start(proxy: string, isDark: boolean, downloads: string): Promise<Browser> {
  const executablePath = find(KIND);
  if (KIND === "chromium") {
    return puppeteer.launch({
      executablePath,
      headless: "shell",
      // Root, as in a container, has no sandbox. Nothing but the page is opened.
      args: ["--no-sandbox", `--proxy-server=${proxy}`, "--font-render-hinting=none", "--lang=en-US"],
    });
  }
  const { hostname, port } = new URL(proxy);
  return puppeteer.launch({
    browser: "firefox",
    executablePath,
    // Without it Firefox takes its settings from nowhere but Mozilla.
    env: { ...process.env, MOZ_REMOTE_SETTINGS_DEVTOOLS: "1" },
    extraPrefsFirefox: {
      "network.proxy.type": 1,
      "network.proxy.http": hostname,
      "network.proxy.http_port": Number(port),
      "network.proxy.ssl": hostname,
      "network.proxy.ssl_port": Number(port),
      // What others set in the system, which no page can.
      "layout.css.prefers-color-scheme.content-override": isDark ? 0 : 1,
      "ui.prefersReducedMotion": 1,
      // Without a question to the user, as Chromium with its permission.
      "dom.events.testing.asyncClipboard": true,
      "browser.download.folderList": 2,
      "browser.download.dir": downloads,
      "browser.download.alwaysOpenPanel": false,
      // Firefox' own errands.
      "services.settings.server": "data:,",
      "browser.newtabpage.activity-stream.feeds.telemetry": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      "toolkit.telemetry.server": "data:,",
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "dom.push.serverURL": "",
      "extensions.getAddons.cache.enabled": false,
    },
  });
}
