// Files that are dropped as the browser itself does it, with all that it does if the page does
// nothing. Only Chromium lets a test do that.

import { afterEach, expect, test } from "vitest";
import { read, root } from "../support/cases.js";
import type { Locator } from "../support/locator.js";
import { PATIENCE, Playground, world } from "../support/playground.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

async function drop(place: Locator, path: string): Promise<void> {
  const browser = await playground.page.createCDPSession();
  const { x, y } = (await place.boundingBox()) ?? { x: -1, y: -1 };
  const data = { items: [], files: [`${root}/${path}`], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await browser.send("Input.dispatchDragEvent", { type, x: x + 5, y: y + 5, data });
  }
}

test("reports a folder", async () => {
  playground = await Playground.open(it);
  const before = await playground.texts();
  await drop(playground.get("drop-zone"), "tests/cases");
  await expect.poll(() => playground.text("files-unreadable"), PATIENCE).toBe("Cannot be read: cases");
  expect([await playground.texts(), playground.troubles]).toEqual([before, []]);
});

test("ignores a file beside the zone, and the browser does not open it", async () => {
  playground = await Playground.open(it);
  const path = "tests/requests/rejects-lagging-pin-on-create-live/request.json";
  const before = await playground.texts();
  await drop(playground.find("h1"), path);
  const beside = await playground.texts();
  await drop(playground.get("drop-zone"), path);
  await expect.poll(() => playground.texts(), PATIENCE).toEqual({ ...before, object: read(path) });
  const pages = (await playground.context.pages()).map((page) => page.url());
  expect({ beside, pages }).toEqual({ beside: before, pages: [playground.url] });
});
