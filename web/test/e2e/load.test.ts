// What the page costs: bytes at the first load, none at the next, milliseconds for a verdict.

import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Answer, Question } from "../../src/policy/question.js";
import { read, readCase } from "../support/cases.js";
import { shownOf } from "../support/expected.js";
import { dist, Playground, PATIENCE, world } from "../support/playground.js";
import { type Site, serve } from "../support/server.js";

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

function table(rows: [string, ...number[]][], heads: string[]): string {
  const lines = [heads, ...rows.map((row) => row.map(String))];
  return lines
    .map(([first, ...rest]) => `${(first ?? "").padEnd(36)}${rest.map((text) => text.padStart(12)).join("")}`)
    .join("\n");
}

describe("the first load", () => {
  test("is at most 350 KB compressed, and its wasm at most 120 KB", async () => {
    site = await serve(dist);
    playground = await Playground.open({ ...it, site });
    await playground.get("offline-ready").waitFor({ state: "attached" });
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
    // Nothing is built that nobody loads.
    const built = readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
      .sort();
    expect(built.filter((file) => !files.includes(file))).toEqual([]);
  });
});

describe("offline", () => {
  test("all of it works after the first load", async () => {
    site = await serve(dist);
    playground = await Playground.open({ ...it, site });
    await playground.get("offline-ready").waitFor({ state: "attached" });
    // Nobody answers any more.
    await site.close();
    await playground.context.setOffline(true);
    await playground.reload();
    for (const example of await playground.examples()) {
      await playground.choose(example);
      if (example === "fleet") {
        await expect.poll(() => playground.get("fleet-row").count(), PATIENCE).toBe(12);
      } else {
        await playground.shows(shownOf(readCase(example).response));
      }
    }
    await playground.get("language").selectOption("zh");
    await playground.goto("index.html");
    await playground.goto("?utm_source=x");
    await playground.shows(await playground.shown());
    const other = await playground.context.newPage();
    await other.goto(playground.url);
    await other.locator('html[data-ready="true"]').waitFor({ state: "attached" });
    expect(playground.troubles).toEqual([]);
  });

  test("a new version takes the place of the old one", async () => {
    copy = mkdtempSync(join(tmpdir(), "playground-"));
    cpSync(dist, copy, { recursive: true });
    site = await serve(copy);
    playground = await Playground.open({ ...it, site });
    await playground.get("offline-ready").waitFor({ state: "attached" });
    await playground.reload();
    const mark = (file: string, from: string | RegExp, to: string) => {
      const text = readFileSync(join(copy as string, file), "utf8");
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      writeFileSync(join(copy as string, file), changed);
    };
    mark("index.html", "<body", '<body data-new="yes"');
    mark("sw.js", /(["'`])[0-9a-f]{16}\1/, '"0123456789abcdef"');
    const isNew = async () => {
      const page = await playground.context.newPage();
      await page.goto(playground.url);
      await page.locator('html[data-ready="true"]').waitFor({ state: "attached" });
      const body = await page.locator("body").getAttribute("data-new");
      await page.close();
      return body;
    };
    // One who comes back: the page of before is closed.
    await playground.reload();
    await playground.page.goto("about:blank");
    await expect.poll(isNew, { ...PATIENCE, interval: 500 }).toBe("yes");
  });
});

describe("a verdict on an object of 20 KB", () => {
  const ROUNDS = 50;

  interface Measured {
    /** A question that there is nothing to do for. */
    nothing: number[];
    /** The same way there and back, with a verdict. */
    verdict: number[];
  }

  function object(): string {
    const { items } = JSON.parse(read("audit/fleet/clusters.json"));
    const cluster = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "c-5tq9r");
    const text = (count: number) => {
      cluster.metadata.managedFields = Array.from({ length: count }, (_, at) => ({
        manager: `rancher-${at}`,
        operation: "Update",
        fieldsV1: { "f:status": { "f:conditions": {}, "f:capacity": { "f:cpu": {}, "f:memory": {} } } },
      }));
      return JSON.stringify(cluster, undefined, 2);
    };
    let count = 0;
    while (text(count).length < 20 * KIB) {
      count += 1;
    }
    return text(count);
  }

  /** Asks a worker of the page's own, and measures there and back, in turns with nothing. */
  async function measure(text: string): Promise<Measured> {
    const worker = await playground.page.evaluate(
      () => performance.getEntriesByType("resource").map(({ name }) => name).find((name) => /worker[^/]*\.js$/.test(name)) ?? "",
    );
    expect(worker).toMatch(/^http:\/\/127\.0\.0\.1:/);
    return playground.page.evaluate(
      async ({ worker, text, rounds }) => {
        const asked = new Worker(worker, { type: "module" });
        const ask = (question: Question) =>
          new Promise<number>((resolve, reject) => {
            const start = performance.now();
            asked.onmessage = ({ data }: MessageEvent<Answer>) => {
              const took = performance.now() - start;
              if (data.kind === "failed" || (data.kind === "evaluated" && data.evaluation.report.results[0]?.outcome !== "reject")) {
                reject(new Error(JSON.stringify(data)));
              } else {
                resolve(took);
              }
            };
            asked.postMessage(question);
          });
        const texts = { object: "", old: "", settings: "", rancher: "" };
        const settings = "serverVersion: v2.12.3";
        const measured: { nothing: number[]; verdict: number[] } = { nothing: [], verdict: [] };
        for (let round = 0; round < rounds + 5; round += 1) {
          const nothing = await ask({ kind: "translate", texts });
          // A text that was not seen before, as when one types.
          const object = `${text}${" ".repeat(round)}`;
          const verdict = await ask({ kind: "evaluate", texts: { ...texts, object, settings }, requester: "person" });
          if (round >= 5) {
            measured.nothing.push(nothing);
            measured.verdict.push(verdict);
          }
        }
        asked.terminate();
        return measured;
      },
      { worker, text, rounds: ROUNDS },
    );
  }

  function median(values: number[]): number {
    return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
  }

  test("comes in less than a frame", async () => {
    playground = await Playground.open(it);
    const json = object();
    const yaml = `# as YAML\n${json}`;
    const measured = { json: await measure(json), yaml: await measure(yaml) };

    // What the page itself says, from key to key.
    await playground.paste("settings", "serverVersion: v2.12.3\n");
    await playground.paste("rancher", "");
    await playground.paste("old", "");
    await playground.paste("object", json);
    await expect.poll(async () => (await playground.shown()).outcome, PATIENCE).toBe("reject");
    const own: number[] = [];
    await playground.page.keyboard.press("ControlOrMeta+End");
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await playground.page.locator("body").getAttribute("data-evaluated");
      await playground.page.keyboard.type(" ");
      await expect
        .poll(() => playground.page.locator("body").getAttribute("data-evaluated"), PATIENCE)
        .not.toBe(before);
      own.push(Number(await playground.get("timing").getAttribute("data-ms")));
    }
    const rows: [string, ...number[]][] = [
      [`there and back, ${json.length} bytes of JSON`, median(measured.json.verdict)],
      ["there and back, nothing to do", median(measured.json.nothing)],
      [`there and back, ${yaml.length} bytes of YAML`, median(measured.yaml.verdict)],
      ["there and back, nothing to do", median(measured.yaml.nothing)],
      ["by the page's own clock (JSON)", median(own)],
    ];
    console.log(table(rows.map(([name, ms]) => [name, Number(ms?.toFixed(2))]), ["median of 50", "ms"]));
    expect(own.filter((ms) => !(ms >= 0 && ms < 1000))).toEqual([]);
    expect(median(measured.json.verdict)).toBeLessThan(16);
    expect(median(own)).toBeLessThan(16);
  });
});
