// The page that `rancher-agents -o html` writes, opened as a file. With SCREENSHOTS=1 its picture
// for the documentation is written, to SCREENSHOTS_DIR or docs.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { KIND, start } from "../support/browser.js";
import { type Elsewhere, refuse } from "../support/server.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const SAMPLE = `${root}cli/sample/report.html`;
const HOSTILE = `${root}cli/tests/command/cases/format-html/stdout`;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let elsewhere: Elsewhere;
const browsers = new Map<boolean, Browser>();
let page: Page;
let troubles: string[];

beforeAll(async () => {
  elsewhere = await refuse();
  for (const isDark of [false, true]) browsers.set(isDark, await start(elsewhere.url, isDark, tmpdir()));
});
afterEach(() => page?.close());
afterAll(async () => {
  for (const browser of browsers.values()) await browser.close();
  await elsewhere?.close();
});

async function open(text: string, isDark = false): Promise<void> {
  // What a browser opens as HTML is called so.
  const file = `${tmpdir()}/report-${process.pid}.html`;
  writeFileSync(file, readFileSync(text));
  page = await (browsers.get(isDark) as Browser).newPage();
  await page.setViewport({ width: 1500, height: 900 });
  if (KIND === "chromium") {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: isDark ? "dark" : "light" }]);
  }
  troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => troubles.push(message.text()));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href);
}

/** The names of the clusters that are shown, from the top. */
function names(): Promise<string[]> {
  return page.$$eval("tbody tr:not([hidden]) th", (cells) => cells.map((cell) => cell.textContent ?? ""));
}

async function press(column: string): Promise<string | null> {
  return page.$$eval(
    "thead button",
    (buttons, column) => {
      const button = buttons.find((button) => button.textContent === column);
      button?.click();
      return button?.parentElement?.getAttribute("aria-sort") ?? null;
    },
    column,
  );
}

test.each([
  ["light", SAMPLE, false],
  ["dark", SAMPLE, true],
  ["hostile names", HOSTILE, false],
] as const)("axe finds nothing: %s", async (_, text, isDark) => {
  await open(text, isDark);
  // A policy that allows no script does not keep a test from its own.
  await page.evaluate(axeSource);
  const { violations, passes } = await page.evaluate(
    () => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  expect(passes.length).toBeGreaterThan(15);
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  expect(troubles).toEqual([]);
});

test("sorts by a column, both ways, and by urgency", async () => {
  await open(SAMPLE);
  const asPrinted = await names();
  expect(asPrinted).toHaveLength(12);
  const sorted = [...asPrinted].sort(new Intl.Collator("en", { numeric: true }).compare);
  expect(await press("Name")).toBe("ascending");
  expect(await names()).toEqual(sorted);
  expect(await press("Name")).toBe("descending");
  expect(await names()).toEqual(sorted.reverse());
  expect(await press("Verdict")).toBe("ascending");
  expect(await names()).toEqual(asPrinted);
  expect(troubles).toEqual([]);
});

test("filters by text and verdict, and counts", async () => {
  await open(SAMPLE);
  const count = () => page.$eval("#count", (element) => element.textContent);
  expect(await count()).toBe("12 of 12 shown");
  await page.select("#verdict", "lagging");
  expect(await count()).toBe("4 of 12 shown");
  await page.type("#text", "STORE-B");
  expect([await names(), await count()]).toEqual([["c-m-9d2wlv6t"], "1 of 12 shown"]);
  expect(troubles).toEqual([]);
});

test("lays out no more rows than somebody reads, unless all are wanted", async () => {
  const text = readFileSync(SAMPLE, "utf8");
  const body = /<tbody>(.*)<\/tbody>/s.exec(text)?.[1] ?? "";
  const many = `${tmpdir()}/many-${process.pid}.html`;
  writeFileSync(many, text.replace(body, () => body.repeat(50)));
  await open(many);
  const state = () =>
    page.$eval(".filter", (filter) => [
      filter.querySelector("output")?.textContent,
      ...[...filter.querySelectorAll("button:not([hidden])")].map((button) => button.textContent),
    ]);
  expect([(await names()).length, await state()]).toEqual([500, ["500 of 600 shown", "Show all 600"]]);
  await page.select("#verdict", "lagging");
  expect(await state()).toEqual(["200 of 600 shown"]);
  await page.select("#verdict", "");
  // The first by the column, of all that there are.
  await press("Name");
  expect(new Set(await names()).size).toBe(10);
  await page.click(".filter button");
  expect([(await names()).length, await state()]).toEqual([600, ["600 of 600 shown"]]);
  expect(troubles).toEqual([]);
});

test("a foreign script and style are refused, and nothing is asked for", async () => {
  const asked = elsewhere.log.length;
  await open(HOSTILE);
  const refused = await page.evaluate(async () => {
    const directives: string[] = [];
    document.addEventListener("securitypolicyviolation", (event) => directives.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "document.title = 'forged'";
    const style = document.createElement("style");
    style.textContent = "main { display: none }";
    const image = new Image();
    image.src = "http://elsewhere.example/x.png";
    document.body.append(script, style, image);
    while (directives.length < 3) await new Promise((done) => requestAnimationFrame(done));
    return directives.sort();
  });
  expect(refused).toEqual(["img-src", "script-src-elem", "style-src-elem"]);
  expect(await page.title()).toMatch(/^Rancher agents: /);
  expect(elsewhere.log.slice(asked).filter((address) => address.includes("elsewhere.example"))).toEqual([]);
});

test("the table alone is wider than a phone", async () => {
  await open(SAMPLE);
  if (process.env["SCREENSHOTS"] === "1" && KIND === "chromium") {
    const folder = process.env["SCREENSHOTS_DIR"] ?? `${root}docs`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/report.png`, await page.screenshot({ fullPage: true }));
  }
  await page.setViewport({ width: 360, height: 740 });
  const widths = () => page.$eval("html", ({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
  const [whole, seen] = await widths();
  expect(whole).toBe(seen);
  expect(troubles).toEqual([]);
});
