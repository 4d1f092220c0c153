// The built page, opened in Chromium, with all that happens around it written down.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { startChromium } from "./chromium.js";
import { type Elsewhere, refuse, type Site, serve } from "./server.js";

export const dist = fileURLToPath(new URL("../../dist", import.meta.url));

/** What is polled for has this long: nothing is waited for that does not come. */
export const PATIENCE = { timeout: 20_000, interval: 20 };

export interface World {
  browser: Browser;
  site: Site;
  elsewhere: Elsewhere;
}

/** One Chromium and one server for the tests of a file. */
export function world(): World {
  const world = {} as World;
  beforeAll(async () => {
    if (!existsSync(`${dist}/index.html`)) {
      throw new Error("the page is not built: make web");
    }
    world.elsewhere = await refuse();
    world.site = await serve(dist);
    world.browser = await startChromium(world.elsewhere.url);
  });
  afterAll(async () => {
    await world.browser?.close();
    await world.site?.close();
    await world.elsewhere?.close();
  });
  return world;
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
  /** The addresses of all requests, of workers too. */
  readonly requests: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
  ) {}

  /** Opens the page and waits until it shows its first verdict. */
  static async open(
    { browser, site }: Pick<World, "browser" | "site">,
    options: BrowserContextOptions & { at?: string; storage?: boolean } = {},
  ): Promise<Playground> {
    const { at = "", storage = true, ...rest } = options;
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: "en-US",
      colorScheme: "light",
      reducedMotion: "reduce",
      ...rest,
    });
    context.setDefaultTimeout(PATIENCE.timeout);
    const playground = new Playground(context, await context.newPage(), site.url);
    await playground.watch();
    if (!storage) {
      await context.addInitScript(() => {
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

  private async watch(): Promise<void> {
    const { context, page, troubles, requests } = this;
    context.on("request", (request) => requests.push(request.url()));
    context.on("weberror", (error) => troubles.push(`uncaught: ${error.error().message}`));
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        troubles.push(`${message.type()}: ${message.text()}`);
      }
    });
    page.on("dialog", (dialog) => {
      troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
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
    await this.page.locator('html[data-ready="true"]').waitFor({ state: "attached" });
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  get(testId: string): Locator {
    return this.page.locator(`[data-testid="${testId}"]`);
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
    await this.page.keyboard.press("ControlOrMeta+a");
    if (text === "") {
      await this.page.keyboard.press("Delete");
      return;
    }
    await content.evaluate((element, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      element.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
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
    await this.page.keyboard.press("ControlOrMeta+a");
    return content.evaluate((element) => {
      const clipboardData = new DataTransfer();
      element.dispatchEvent(
        new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }),
      );
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
