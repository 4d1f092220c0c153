// The pictures of the documentation, in Chromium. With SCREENSHOTS=1 they are written, to
// SCREENSHOTS_DIR or docs/playground.

import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { root } from "../support/cases.js";
import { PATIENCE, type Playground, world } from "../support/playground.js";
import { open, VIEWS, type View } from "../support/views.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

test.each(["light", "dark", "phone", "chinese", "clusters"])("%s", async (name) => {
  playground = await open(it, VIEWS[name] as View);
  const { page } = playground;
  await playground.get("offline-ready").waitFor();
  // The only thing on the page that differs from run to run.
  await playground.get("timing").evaluate((element) => element.setAttribute("hidden", ""));
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const shoot = async () => Buffer.from(await page.screenshot({ fullPage: true }));
  // The first one makes the editor draw what is out of sight, too.
  let picture = await shoot();
  const isSteady = async () => {
    const last = picture;
    picture = await shoot();
    return picture.equals(last);
  };
  await expect.poll(isSteady, PATIENCE).toBe(true);
  const size = { width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) };
  const { width = 0, deviceScaleFactor: scale = 1 } = page.viewport() ?? {};
  expect(size.width).toBe(width * scale);
  expect(size.height / scale).toBeGreaterThan(400);
  if (process.env["SCREENSHOTS"] === "1") {
    const folder = process.env["SCREENSHOTS_DIR"] ?? `${root}/docs/playground`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${name}.png`, picture);
  }
});
