// The layout of the page, and its accessibility.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { Playground, PATIENCE, world } from "../support/playground.js";
import { open, PHONE, VIEWS, type View } from "../support/views.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

async function show(view: View): Promise<void> {
  playground = await open(it, view);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function violations(): Promise<object[]> {
  await playground.page.evaluate(axeSource);
  const { violations, passes } = await playground.page.evaluate(
    () => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  // It did look: a page without rules to pass would have no violations either.
  expect(passes.length).toBeGreaterThan(20);
  return violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
  }));
}

describe("axe finds nothing", () => {
  test.each(Object.keys(VIEWS))("%s", async (name) => {
    await show(VIEWS[name] as View);
    expect(await violations()).toEqual([]);
  });

  test("in the other tabs, with errors, with the link, with details of downstream clusters", async () => {
    await show(VIEWS.light as View);
    const found: object[] = [];
    for (const tab of ["old", "settings", "rancher"]) {
      await playground.tab(tab);
      found.push(...(await violations()));
    }
    await playground.get("share").click();
    await playground.get("share-objects").check();
    found.push(...(await violations()));
    await playground.paste("object", "a: 1\na: 2\n");
    await expect.poll(() => playground.items("errors"), PATIENCE).toHaveLength(1);
    found.push(...(await violations()));
    await playground.choose("clusters");
    await expect.poll(() => playground.get("clusters-row").count(), PATIENCE).toBe(12);
    await playground.get("clusters-row").first().locator("button").click();
    found.push(...(await violations()));
    await playground.paste("object", "");
    await expect.poll(() => playground.get("clusters").isVisible(), PATIENCE).toBe(false);
    found.push(...(await violations()));
    expect(found).toEqual([]);
  });
});

/** What sticks out of the page, is cut off, or lies over something else. */
async function faults(): Promise<string[]> {
  return playground.page.evaluate(() => {
    const named = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} "${(element.textContent ?? "").trim().slice(0, 40)}"`;
    const faults: string[] = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
      faults.push(`the page is ${document.documentElement.scrollWidth} wide in ${width}`);
    }
    const scrolls = (element: Element): boolean =>
      element.closest(".cm-scroller") !== null ||
      (element.parentElement !== null &&
        (["auto", "scroll"].includes(getComputedStyle(element.parentElement).overflowX) || scrolls(element.parentElement)));
    const hidden = (element: Element) => {
      const { width, height } = element.getBoundingClientRect();
      return !element.checkVisibility() || width <= 1 || height <= 1 || element.closest(".hidden-text") !== null;
    };
    const elements = [...document.body.querySelectorAll<HTMLElement>("*")].filter(
      (element) => !hidden(element) && element.closest(".cm-editor, svg") === null,
    );
    for (const element of elements) {
      const { left, right } = element.getBoundingClientRect();
      if ((left < -0.5 || right > width + 0.5) && !scrolls(element)) {
        faults.push(`${named(element)} reaches from ${left} to ${right} in ${width}`);
      }
      const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
      const isControl = element.matches("input, select, textarea");
      if (!isControl && ["hidden", "clip"].includes(overflowX) && element.scrollWidth > element.clientWidth + 1 && textOverflow !== "ellipsis") {
        faults.push(`${named(element)} is cut off at its side`);
      }
      if (["hidden", "clip"].includes(overflowY) && element.scrollHeight > element.clientHeight + 1) {
        faults.push(`${named(element)} is cut off below`);
      }
    }
    const controls = elements.filter((element) => element.matches("button, select, input, summary, a[href]"));
    for (const [at, one] of controls.entries()) {
      const a = one.getBoundingClientRect();
      for (const other of controls.slice(at + 1)) {
        const b = other.getBoundingClientRect();
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 1 && !one.contains(other) && !other.contains(one)) {
          faults.push(`${named(one)} lies over ${named(other)}`);
        }
      }
    }
    return faults;
  });
}

/** The faults in each tab, and with the link. */
async function faultsEverywhere(): Promise<string[]> {
  const found: string[] = [...(await faults())];
  for (const tab of ["old", "settings", "rancher", "object"]) {
    await playground.tab(tab);
    found.push(...(await faults()));
  }
  await playground.get("share").click();
  await expect.poll(() => playground.get("share-link").inputValue(), PATIENCE).toMatch(/#./);
  return [...found, ...(await faults())];
}

describe("nothing sticks out, is cut off or lies over something else", () => {
  test.each(Object.keys(VIEWS))("%s", async (name) => {
    await show(VIEWS[name] as View);
    expect(await faultsEverywhere()).toEqual([]);
  });

  // The distances of WCAG 1.4.12. Each machine has its own fonts, and some are this wide.
  test.each(Object.keys(VIEWS))("%s, in a wide font", async (name) => {
    await show(VIEWS[name] as View);
    await playground.page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important; }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    });
    expect(await faultsEverywhere()).toEqual([]);
  });

  test("no tag of an image is broken at 1280 pixels", async () => {
    await show(VIEWS.clusters as View);
    const broken = await playground.find("[data-testid=clusters-table] .tag").evaluateAll((tags) =>
      tags.filter((tag) => tag.getClientRects().length !== 1).map((tag) => tag.textContent),
    );
    expect(broken).toEqual([]);
    expect(await faults()).toEqual([]);
  });

  test("the verdict on downstream clusters is visible without scrolling at 1024 pixels", async () => {
    await show({ example: "clusters", options: { viewport: { width: 1024, height: 768 } } });
    const { y, height } = (await playground.get("verdict").boundingBox()) ?? { y: Number.NaN, height: 0 };
    expect(y + height).toBeLessThanOrEqual(768);
  });

  test("with long words in every text", async () => {
    playground = await Playground.open(it, PHONE);
    const word = "x".repeat(300);
    const cluster = (name: string) => ({
      apiVersion: "management.cattle.io/v3",
      kind: "Cluster",
      metadata: { name },
      spec: { displayName: word, desiredAgentImage: `${word}/${word}:v2.11.3` },
      status: { agentImage: `${word}:v2.11.1` },
    });
    await playground.paste("rancher", "");
    await playground.paste("old", "");
    await playground.paste("settings", "serverVersion: v2.12.3\n");
    await playground.paste("object", JSON.stringify(cluster(word)));
    await expect.poll(async () => (await playground.shown()).outcome, PATIENCE).toBe("reject");
    const found = await faults();
    await playground.paste("object", JSON.stringify({ items: [cluster(word), cluster(`${word}2`)] }));
    await expect.poll(() => playground.get("clusters-row").count(), PATIENCE).toBe(2);
    found.push(...(await faults()));
    await playground.paste("object", JSON.stringify({ apiVersion: word, kind: word }));
    await expect.poll(() => playground.get("clusters").isVisible(), PATIENCE).toBe(false);
    found.push(...(await faults()));
    await playground.paste("settings", `${word}: ${word}`);
    await expect.poll(() => playground.items("errors"), PATIENCE).toHaveLength(1);
    found.push(...(await faults()));
    expect(found).toEqual([]);
  });
});
