// The built page in a browser, with a record of everything that goes wrong.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, ElementHandle, KeyInput, Page, Viewport } from "puppeteer-core";
import { afterAll, beforeAll, expect } from "vitest";
import { KIND, start } from "./browser.js";
import { Locator, PATIENCE } from "./locator.js";
import { type Elsewhere, refuse, type Site, serve } from "./server.js";

export { PATIENCE } from "./locator.js";

export const dist = fileURLToPath(new URL("../../dist", import.meta.url));

export interface World {
  /** A browser, and one whose system is dark. */
  browser: (isDark: boolean) => Promise<Browser>;
  site: Site;
  elsewhere: Elsewhere;
  /** Where the browsers save files. */
  downloads: string;
}

/** One server for the tests of a file, and as many browsers as they need. */
export function world(): World {
  const world = {} as World;
  const started = new Map<boolean, Promise<Browser>>();
  beforeAll(async () => {
    if (!existsSync(`${dist}/index.html`)) {
      throw new Error("the page is not built: make web");
    }
    world.downloads = mkdtempSync(join(tmpdir(), "downloads-"));
    world.elsewhere = await refuse();
    world.site = await serve(dist);
    world.browser = (isDark) => {
      const browser = started.get(isDark) ?? start(world.elsewhere.url, isDark, world.downloads);
      started.set(isDark, browser);
      return browser;
    };
    await world.browser(false);
  });
  afterAll(async () => {
    for (const browser of started.values()) await (await browser).close();
    await world.site?.close();
    await world.elsewhere?.close();
    rmSync(world.downloads, { recursive: true, force: true });
  });
  return world;
}

export interface Options {
  viewport?: Viewport;
  /** The language of the browser. */
  locale?: string;
  isDark?: boolean;
  /** What follows the address. */
  at?: string;
  /** False for a browser that keeps nothing. */
  storage?: boolean;
}

/** What the page shows of one object. */
export interface Shown {
  outcome: string | null;
  message: string;
  warnings: string[];
}

export class Playground {
  /** Errors, warnings of the console, dialogs, and what the CSP refused. */
  readonly troubles: string[] = [];
  private isClosed = false;
  private readonly folder = mkdtempSync(join(tmpdir(), "playground-"));

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
  ) {}

  /** Opens the page and waits until it shows its first verdict. */
  static async open({ browser, site, downloads }: World, options: Options = {}): Promise<Playground> {
    const { viewport = { width: 1280, height: 900 }, locale = "en-US", isDark = false, at = "", storage = true } = options;
    const context = await (await browser(isDark)).createBrowserContext(
      KIND === "chromium" ? { downloadBehavior: { policy: "allow", downloadPath: downloads } } : {},
    );
    const playground = new Playground(context, await context.newPage(), site.url);
    await playground.watch();
    await playground.dress(viewport, locale, isDark);
    if (!storage) {
      await playground.page.evaluateOnNewDocument(() => {
        Object.defineProperty(window, "localStorage", {
          get: () => {
            throw new DOMException("storage is off", "SecurityError");
          },
        });
      });
    }
    await playground.goto(at);
    return playground;
  }

  private async dress(viewport: Viewport, locale: string, isDark: boolean): Promise<void> {
    const { page } = this;
    await page.evaluateOnNewDocument((locale) => {
      Object.defineProperty(Navigator.prototype, "language", { get: () => locale });
    }, locale);
    const { isMobile: _, hasTouch: __, ...size } = viewport;
    await page.setViewport(KIND === "chromium" ? viewport : size);
    // Firefox has them from its start.
    if (KIND === "firefox") return;
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: isDark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await this.context.overridePermissions(new URL(this.url).origin, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  }

  private async watch(): Promise<void> {
    const { page, troubles } = this;
    page.on("pageerror", (error) => troubles.push(`uncaught: ${String(error)}`));
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) {
        troubles.push(`${message.type()}: ${message.text()}`);
      }
    });
    page.on("dialog", (dialog) => {
      troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.evaluateOnNewDocument(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
  }

  /** Opens the page once more, beside this one. */
  async another(): Promise<Playground> {
    const other = new Playground(this.context, await this.context.newPage(), this.url);
    await other.watch();
    await other.goto();
    return other;
  }

  /** Goes to the page, with what follows its address. */
  async goto(at = ""): Promise<void> {
    await this.page.goto(this.url + at);
    await this.ready();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.find('html[data-ready="true"]').handle();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get(testId: string): Locator {
    return this.find(`[data-testid="${testId}"]`);
  }

  find(selector: string): Locator {
    return new Locator(this.page, [selector]);
  }

  /** Presses a key, such as `Control+a`. */
  async press(combination: string): Promise<void> {
    const keys = combination.split("+") as KeyInput[];
    for (const key of keys) await this.page.keyboard.down(key);
    for (const key of keys.reverse()) await this.page.keyboard.up(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Chooses files as the user does: by their paths, or with these contents. */
  async upload(...files: (string | { name: string; text: string })[]): Promise<void> {
    const paths = files.map((file) => {
      if (typeof file === "string") return file;
      const path = join(this.folder, file.name);
      writeFileSync(path, file.text);
      return path;
    });
    const input = await this.get("open-file").handle();
    await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths);
  }

  /** The text of an element, or of each of its items; empty if it is not shown. */
  async text(testId: string): Promise<string> {
    const element = this.get(testId);
    return (await element.isVisible()) ? ((await element.textContent()) ?? "").trim() : "";
  }

  async items(testId: string): Promise<string[]> {
    const element = this.get(testId);
    return (await element.isVisible())
      ? (await element.locator("li").allTextContents()).map((text) => text.trim())
      : [];
  }

  async shown(): Promise<Shown> {
    return this.page.evaluate(() => {
      const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
      const visible = (element: HTMLElement | null) =>
        element !== null && element.checkVisibility() ? element : null;
      const items = visible(find("warnings"))?.querySelectorAll("li") ?? [];
      return {
        outcome: visible(find("verdict"))?.getAttribute("data-outcome") ?? null,
        message: visible(find("message"))?.textContent?.trim() ?? "",
        warnings: [...items].map((item) => item.textContent?.trim() ?? ""),
      };
    });
  }

  /** Waits until the page shows this, all of it. */
  async shows(expected: Shown): Promise<void> {
    await expect.poll(() => this.shown(), PATIENCE).toEqual(expected);
  }

  /** Brings a tab to the front: `object`, `old`, `settings` or `rancher`. */
  async tab(name: string): Promise<void> {
    await this.get(`tab-${name}`).click();
    await this.get(`editor-${name}`).waitFor();
  }

  private editor(name: string): Locator {
    return this.get(`editor-${name}`).locator(".cm-content");
  }

  /** Puts a text in place of what stands in an editor, as pasting it does. */
  async paste(name: string, text: string): Promise<void> {
    await this.tab(name);
    const content = this.editor(name);
    await content.focus();
    await this.press("Control+a");
    if (text === "") {
      await this.press("Delete");
      return;
    }
    await content.evaluate((element, text) => {
      const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      // Firefox lets nobody give it to the constructor.
      Object.defineProperty(event, "clipboardData", { value: clipboardData });
      element.dispatchEvent(event);
    }, text);
  }

  /** The whole text of an editor, also what is scrolled out of sight. */
  async editorText(name: string): Promise<string> {
    await this.tab(name);
    const content = this.editor(name);
    await content.focus();
    // With nothing selected the editor would copy a line.
    if (await content.evaluate((element) => element.querySelector(".cm-placeholder") !== null)) {
      return "";
    }
    await this.press("Control+a");
    return content.evaluate((element) => {
      const event = new ClipboardEvent("copy", { bubbles: true, cancelable: true });
      const clipboardData = new DataTransfer();
      Object.defineProperty(event, "clipboardData", { value: clipboardData });
      element.dispatchEvent(event);
      return clipboardData.getData("text/plain");
    });
  }

  /** All four texts. */
  async texts(): Promise<Record<string, string>> {
    return {
      object: await this.editorText("object"),
      old: await this.editorText("old"),
      settings: await this.editorText("settings"),
      rancher: await this.editorText("rancher"),
    };
  }

  async choose(example: string): Promise<void> {
    await this.get("example-select").selectOption(example);
  }

  /** The menu, but for one's own input. */
  async examples(): Promise<string[]> {
    const values = await this.get("example-select")
      .locator("option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    return values.filter((value) => value !== "own");
  }
}
