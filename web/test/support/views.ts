// The page in a few states and sizes.

import { expect } from "vitest";
import { readCase } from "./cases.js";
import { shownOf } from "./expected.js";
import { type Options, PATIENCE, Playground, type World } from "./playground.js";

const EXAMPLE = "rejects-lagging-pin-on-create-live";
/** A phone. */
export const PHONE = {
  viewport: { width: 360, height: 740, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} satisfies Options;

export interface View {
  example: string;
  options: Options;
}

export const VIEWS: Record<string, View> = {
  light: { example: EXAMPLE, options: {} },
  dark: { example: EXAMPLE, options: { isDark: true } },
  chinese: { example: "repairs-unchanged-lagging-pin-by-user", options: { locale: "zh-CN" } },
  clusters: { example: "clusters", options: {} },
  phone: { example: EXAMPLE, options: PHONE },
  "dark clusters": { example: "clusters", options: { isDark: true } },
  "clusters on a phone": { example: "clusters", options: { ...PHONE, locale: "zh-CN" } },
  "clusters on a small phone": { example: "clusters", options: { ...PHONE, viewport: { ...PHONE.viewport, width: 320, height: 568 } } },
  "dark phone": { example: "repairs-unchanged-lagging-pin-by-user", options: { ...PHONE, isDark: true } },
};

/** Opens the page with a view in it. */
export async function open(world: World, { example, options }: View): Promise<Playground> {
  const playground = await Playground.open(world, options);
  await playground.choose(example);
  if (example === "clusters") {
    await expect.poll(() => playground.get("clusters-row").count(), PATIENCE).toBe(12);
  } else {
    await playground.shows(shownOf(readCase(example).response));
  }
  return playground;
}
