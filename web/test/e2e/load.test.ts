// How many bytes the first load takes; that the page works offline; a new version.

import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { readCase } from "../support/cases.js";
import { shownOf } from "../support/expected.js";
import { dist, Playground, PATIENCE, world } from "../support/playground.js";
import { type Site, serve } from "../support/server.js";
import { table } from "../support/table.js";

const it = world();
let playground: Playground;
let site: Site | undefined;
let copy: string | undefined;
afterEach(async () => {
  await playground?.close();
  await site?.close();
  if (copy !== undefined) {
    rmSync(copy, { recursive: true });
  }
  site = undefined;
  copy = undefined;
});

const KIB = 1024;

describe("the first load", () => {
  test("is at most 350 KB compressed, and its wasm at most 120 KB", async () => {
    site = await serve(dist);
    playground = await Playground.open({ ...it, site });
    await playground.get("offline-ready").waitFor();
    expect(site.log.filter(({ status }) => status !== 200)).toEqual([]);
    const files = [...new Set(site.log.map(({ path }) => path))].sort();
    const sizes = files.map((file): [string, number, number] => {
      const bytes = readFileSync(join(dist, file));
      return [file, bytes.length, gzipSync(bytes, { level: 9 }).length];
    });
    const sum = (rows: [string, number, number][], at: 1 | 2) =>
      rows.reduce((total, row) => total + row[at], 0);
    const wasm = sizes.filter(([file]) => file.endsWith(".wasm"));
    console.log(
      table([...sizes, ["in all", sum(sizes, 1), sum(sizes, 2)]], ["first load", "bytes", "gzip -9"]),
    );
    expect(wasm).toHaveLength(1);
    expect(sum(sizes, 2)).toBeLessThanOrEqual(350 * KIB);
    expect(sum(wasm, 2)).toBeLessThanOrEqual(120 * KIB);
    // Nothing else is built that nobody loads.
    const built = readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
      .sort();
    expect(built.filter((file) => !files.includes(file))).toEqual(["licenses.md"]);
  });
});

test("only the worker contains a YAML parser", () => {
  const scripts = readdirSync(join(dist, "assets")).filter((name) => name.endsWith(".js"));
  const having = (words: string) =>
    scripts.filter((name) => readFileSync(join(dist, "assets", name), "utf8").includes(words)).map((name) => name.split("-")[0]);
  // A message of js-yaml, and one of the package that the tests compare it with.
  expect([having("duplicated mapping key"), having("Map keys must be unique")]).toEqual([["worker"], []]);
});

describe("offline", () => {
  test("everything works after the first load", async () => {
    site = await serve(dist);
    playground = await Playground.open({ ...it, site });
    await playground.get("offline-ready").waitFor();
    // Nobody answers any more.
    await site.close();
    await playground.reload();
    for (const example of await playground.examples()) {
      await playground.choose(example);
      if (example === "clusters") {
        await expect.poll(() => playground.get("clusters-row").count(), PATIENCE).toBe(12);
      } else {
        await playground.shows(shownOf(readCase(example).response));
      }
    }
    await playground.get("language").selectOption("zh");
    await playground.goto("index.html");
    await playground.goto("?utm_source=x");
    const [first = ""] = await playground.examples();
    await playground.shows(shownOf(readCase(first).response));
    await playground.another();
    expect(playground.troubles).toEqual([]);
  });
});

describe("a new version", () => {
  /**
   * Opens a copy of the page, and changes what is served then. The notice of it moves what is
   * below, so `first` comes before.
   */
  async function release(first: () => Promise<void> = async () => {}): Promise<void> {
    const mark = (file: string, from: string | RegExp, to: string) => {
      const text = readFileSync(join(copy as string, file), "utf8");
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      writeFileSync(join(copy as string, file), changed);
    };
    copy = mkdtempSync(join(tmpdir(), "playground-"));
    cpSync(dist, copy, { recursive: true });
    site = await serve(copy);
    playground = await Playground.open({ ...it, site });
    await playground.get("offline-ready").waitFor();
    await playground.reload();
    await first();
    mark("index.html", "<body", '<body data-new="yes"');
    mark("sw.js", /(["'`])[0-9a-f]{16}\1/, '"0123456789abcdef"');
  }

  const isNew = (page: Playground) => page.find("body").getAttribute("data-new");

  test("is offered in an open tab, and loads with the texts as they are", async () => {
    const texts = { object: "kind: Cluster # mine\n", old: "# none\n", settings: "# all\n", rancher: "# later\n" };
    await release(async () => {
      for (const [place, text] of Object.entries(texts)) await playground.paste(place, text);
      await playground.get("requester").selectOption("service-account");
    });
    // As when one comes back to the tab.
    await playground.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await playground.get("update-load").waitFor();
    expect([await isNew(playground), await playground.text("update")]).toEqual([
      null,
      "A new version of this page is available.Reload and keep the texts",
    ]);
    await playground.get("update-load").click();
    await expect.poll(() => isNew(playground).catch(() => null), PATIENCE).toBe("yes");
    await playground.ready();
    const kept = await playground.page.evaluate(() => sessionStorage.length);
    expect({
      texts: await playground.texts(),
      requester: await playground.get("requester").inputValue(),
      kept,
      update: await playground.text("update"),
      troubles: playground.troubles,
    }).toEqual({ texts, requester: "service-account", kept: 0, update: "", troubles: [] });
  });

  test("is offered, and waits, if the texts are too large to be kept", async () => {
    await release();
    await playground.page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("too much", "QuotaExceededError");
      };
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await playground.get("update-load").click();
    expect([await isNew(playground), await playground.text("update")]).toEqual([
      null,
      "The texts are too large to be kept. Save them, then reload the page.Reload and keep the texts",
    ]);
  });

  test("replaces the old one when that is closed", async () => {
    await release();
    // One who comes back finds the old page, and behind it the new one is stored.
    await playground.reload();
    const waiting = () =>
      playground.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state ?? "none");
    await expect.poll(waiting, PATIENCE).toBe("installed");
    expect(await isNew(playground)).toBe(null);
    await playground.page.close();
    const next = async () => {
      const other = await playground.another();
      const body = await isNew(other);
      await other.page.close();
      return body;
    };
    await expect.poll(next, { ...PATIENCE, interval: 500 }).toBe("yes");
  });
});
