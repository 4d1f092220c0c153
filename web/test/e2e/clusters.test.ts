// A List becomes a table; a large one does not block the page.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { evaluate, type Result } from "../../bindings/node/policy.js";
import { read } from "../support/cases.js";
import { Playground, PATIENCE, world } from "../support/playground.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

const { results } = evaluate({
  objects: read("cli/sample/clusters.json"),
  rancher: read("cli/sample/settings.json"),
  requester: "audit-scanner",
});

async function names(): Promise<string[]> {
  return playground
    .get("clusters-row")
    .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.name ?? ""));
}

async function openClusters(): Promise<void> {
  playground = await Playground.open(it);
  await playground.choose("clusters");
  await expect
    .poll(async () => (await names()).sort(), PATIENCE)
    .toEqual(results.map(({ name }) => name).sort());
}

describe("the downstream clusters", () => {
  test("have an answer and images in each row", async () => {
    await openClusters();
    const rows = await playground.get("clusters-row").evaluateAll((rows) =>
      rows.map((row) => ({
        name: (row as HTMLElement).dataset.name,
        outcome: (row as HTMLElement).dataset.outcome,
        text: row.textContent ?? "",
      })),
    );
    const missing = (result: Result): string[] => {
      const row = rows.find(({ name }) => name === result.name);
      const tag = result.explanation?.desired.image?.tag;
      const deployed = result.explanation?.deployed?.tag;
      const reason = result.response.audit_annotations?.["reason"];
      const wanted = [result.displayName || result.name, tag, deployed, reason];
      return [
        ...(row?.outcome === result.outcome ? [] : [`${result.name}: ${row?.outcome}`]),
        ...wanted.filter((text) => text !== undefined && !row?.text.includes(text)).map(String),
      ];
    };
    expect(results.flatMap(missing)).toEqual([]);
  });

  test("are counted in the summary and the chart as rancher-agents counts them", async () => {
    await openClusters();
    const summary = read("cli/sample/report.txt").trim().split("\n").at(-1) ?? "";
    expect(await playground.text("clusters-summary")).toBe(summary);
    const chart = playground.get("clusters-chart");
    expect(await chart.getAttribute("role")).toBe("img");
    const parts = /: (.*) \(/.exec(summary)?.[1] ?? "";
    expect(await chart.locator("title").textContent()).toBe(`Clusters by verdict: ${parts}`);
    const widths = await chart
      .locator("rect")
      .evaluateAll((rects) => rects.map((rect) => Number(rect.getAttribute("width"))));
    const counts = parts.split(", ").map((part) => Number.parseInt(part, 10));
    expect(widths.map((width) => Math.round((width * results.length) / 100))).toEqual(counts);
  });

  test("are judged by the Rancher in the list, and the page says by which", async () => {
    playground = await Playground.open(it);
    // An example that sets the version of the server itself.
    await playground.choose("rejects-rc9-under-rc10-as-lagging");
    const list = (version: string) => {
      const { items } = JSON.parse(read("cli/sample/clusters.json"));
      const setting = { apiVersion: "management.cattle.io/v3", kind: "Setting", metadata: { name: "server-version" }, value: version };
      return JSON.stringify({ apiVersion: "v1", kind: "List", items: version === "" ? items : [...items, setting] });
    };
    const compared = () => playground.text("compared");
    await playground.paste("object", list(""));
    await expect.poll(compared, PATIENCE).toBe("Compared with Rancher v2.6.0-rc10, from the policy's setting serverVersion");
    await playground.choose("rejects-rc9-under-rc10-as-lagging");
    await playground.paste("object", list("v2.13.1"));
    await expect.poll(compared, PATIENCE).toBe("Compared with Rancher v2.13.1, from the Settings beside the objects");
    await playground.paste("settings", "serverVersion: v2.11.0");
    await expect
      .poll(compared, PATIENCE)
      .toBe("Compared with Rancher v2.11.0, from the policy's setting serverVersion; the Settings beside the objects say v2.13.1");
    await playground.choose("clusters");
    await expect.poll(compared, PATIENCE).toBe("Compared with Rancher v2.12.3, from the tab “Rancher”");
    await playground.paste("rancher", "");
    await expect.poll(compared, PATIENCE).toBe("Rancher's version is not known");
  });

  test("have a sentence for `local`", async () => {
    await openClusters();
    await playground.find('[data-testid="clusters-row"][data-name="local"]').locator("button").click();
    await expect
      .poll(() => playground.items("explanation"), PATIENCE)
      .toEqual([expect.stringMatching(/^This is Rancher's own cluster, local\./)]);
  });

  test("can be exported as filtered", async () => {
    await openClusters();
    await playground.get("clusters-filter").fill("store");
    const stores = results.filter(({ displayName }) => displayName.startsWith("store"));
    await playground.get("copy-markdown").click();
    await expect.poll(() => playground.text("table-copied"), PATIENCE).toBe("Copied");
    const copied = await playground.page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split("\n").slice(2, -3).map((line) => line.split(" | ")[0]).sort()).toEqual(
      stores.map(({ name }) => `| ${name}`).sort(),
    );
    expect(copied).toMatch(/\n\n3 clusters: 3 lagging \(Rancher v2\.12\.3\)\n$/);
    await playground.get("save-csv").click();
    const saved = () => readdirSync(it.downloads).filter((name) => name === "clusters.csv");
    await expect.poll(saved, PATIENCE).toEqual(["clusters.csv"]);
    const text = () => readFileSync(join(it.downloads, "clusters.csv"), "utf8");
    await expect.poll(() => text().split("\r\n").length, PATIENCE).toBe(stores.length + 2);
    expect(text().split("\r\n")[0]).toBe("name,display_name,desired,deployed,server_version,verdict,reason,pinned_by,message");
    expect(playground.troubles).toEqual([]);
  });

  test("are sorted by each column, both ways", async () => {
    await openClusters();
    const heads = playground.get("clusters-table").locator("thead th");
    const count = await heads.count();
    expect(count).toBeGreaterThanOrEqual(4);
    const first: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const head = heads.nth(at);
      const orders: Record<string, string[]> = {};
      for (const _ of [1, 2]) {
        await head.locator("button").click();
        orders[(await head.getAttribute("aria-sort")) ?? ""] = await names();
      }
      expect(Object.keys(orders).sort()).toEqual(["ascending", "descending"]);
      expect([...(orders["descending"] ?? [])].reverse()).toEqual(orders["ascending"]);
      expect([...(orders["ascending"] ?? [])].sort()).toEqual(results.map(({ name }) => name).sort());
      first.push((orders["ascending"] ?? []).join());
    }
    const sorted = await playground
      .get("clusters-table")
      .locator("thead th")
      .evaluateAll((heads) => heads.filter((head) => !["none", null].includes(head.getAttribute("aria-sort"))).length);
    expect({ sorted, different: new Set(first).size }).toEqual({ sorted: 1, different: count });
    const byName = [...results].sort((one, other) => {
      const [a, b] = [one, other].map(({ name, displayName }) => displayName || name);
      return (a ?? "").localeCompare(b ?? "", "en");
    });
    expect(first[0]).toBe(byName.map(({ name }) => name).join());
  });

  test("are filtered by what the rows show", async () => {
    await openClusters();
    const filter = playground.get("clusters-filter");
    const found: Record<string, string[]> = {};
    const filters = ["store", "v2.11", "STORE-LYON", "digest-only", "no such thing", ""];
    for (const text of filters) {
      await filter.fill(text);
      found[text] = (await names()).sort();
    }
    const having = (text: string) =>
      results
        .filter((result) => {
          const { name, displayName, explanation, response } = result;
          const shown = [name, displayName, explanation?.desired.image?.image, explanation?.deployed?.image, response.audit_annotations?.["reason"]];
          return shown.join(" ").toLowerCase().includes(text.toLowerCase());
        })
        .map(({ name }) => name)
        .sort();
    expect(found).toEqual(Object.fromEntries(filters.map((text) => [text, having(text)])));
    expect(found["store"]?.length).toBe(3);
  });

  test("have details of each cluster", async () => {
    await openClusters();
    const rejected = results.find(({ name }) => name === "c-5tq9r");
    const row = playground.find('[data-testid="clusters-row"][data-name="c-5tq9r"]');
    await row.locator("button").click();
    await expect
      .poll(() => playground.text("message"), PATIENCE)
      .toBe(rejected?.response.message);
  });

  test("open only the chosen row, also among clusters of one name", async () => {
    await openClusters();
    await playground.paste("settings", "serverVersion: v2.12.3");
    const made = (minor: number) =>
      `{"kind": "Cluster", "metadata": {"name": "c-1"}, "spec": {"desiredAgentImage": "a:v2.${minor}.0"}}`;
    await playground.paste("object", `${made(9)}${made(10)}${made(11)}`);
    await expect.poll(names, PATIENCE).toEqual(["c-1", "c-1", "c-1"]);
    await playground.get("clusters-row").nth(1).locator("button").click();
    const open = () =>
      playground
        .get("clusters-row")
        .locator("button")
        .evaluateAll((buttons) => buttons.map((button) => [button.ariaExpanded, button === document.activeElement]));
    await expect.poll(open, PATIENCE).toEqual([["false", false], ["true", true], ["false", false]]);
    const message = await playground.text("message");
    expect(message.match(/agent v[\d.]+/g)).toEqual(["agent v2.10.0"]);
  });

  test("keep the filter and the open row while a text cannot be read", async () => {
    await openClusters();
    await playground.get("clusters-filter").fill("store");
    await playground.get("clusters-row").first().locator("button").click();
    const state = async () => ({
      names: await names(),
      filter: await playground.get("clusters-filter").inputValue(),
      message: await playground.text("message"),
    });
    const before = await state();
    expect([before.names.length, before.message === ""]).toEqual([3, false]);
    await playground.paste("settings", "allowedLag: @");
    await expect.poll(() => playground.get("clusters").isVisible(), PATIENCE).toBe(false);
    await playground.paste("settings", "");
    await expect.poll(() => playground.get("clusters").isVisible(), PATIENCE).toBe(true);
    expect(await state()).toEqual(before);
  });

  test("make room for a single cluster, and come back", async () => {
    await openClusters();
    await playground.paste("object", '{"kind": "Cluster", "metadata": {"name": "c-1"}}');
    await expect.poll(() => playground.get("clusters").isVisible(), PATIENCE).toBe(false);
    await expect.poll(async () => (await playground.shown()).outcome, PATIENCE).toBe("accept");
    await playground.choose("clusters");
    await expect.poll(async () => (await names()).length, PATIENCE).toBe(results.length);
  });
});

describe("a List of 5 MB", () => {
  const COUNT = 1000;

  const folder = mkdtempSync(join(tmpdir(), "playground-"));
  const file = join(folder, "clusters.txt");
  afterAll(() => rmSync(folder, { recursive: true }));

  function list(): object {
    const { items: known } = JSON.parse(read("cli/sample/clusters.json"));
    const item = known.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "c-5tq9r");
    const items = Array.from({ length: COUNT }, (_, at) => {
      const made = structuredClone(item);
      made.metadata.name = `c-${String(at).padStart(5, "0")}`;
      made.spec.desiredAgentImage = `rancher/rancher-agent:v2.${10 + (at % 4)}.3`;
      return made;
    });
    const size = JSON.stringify({ items }, undefined, 1).length;
    const padding = "x".repeat(Math.max(0, Math.ceil((5e6 - size) / COUNT)));
    for (const made of items) {
      made.metadata.annotations = { ...made.metadata.annotations, padding };
    }
    return { apiVersion: "v1", kind: "List", items };
  }

  interface Held {
    hold: boolean;
    waiting: (() => void)[];
    workers: number;
  }

  /** Lets the worker's answers wait before the page hears them. */
  async function watchWorkers(): Promise<void> {
    await playground.page.evaluateOnNewDocument(() => {
      const held: Held = { hold: false, waiting: [], workers: 0 };
      const Original = window.Worker;
      window.Worker = class extends Original {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options);
          held.workers += 1;
          this.addEventListener("message", (event) => {
            if (!held.hold) return;
            event.stopImmediatePropagation();
            held.waiting.push(() => this.dispatchEvent(new MessageEvent("message", { data: event.data })));
          });
        }
      };
      Object.assign(window, { held });
    });
    await playground.reload();
  }

  async function holdAnswers(): Promise<() => Promise<void>> {
    const workers = await playground.page.evaluate(() => {
      const { held } = window as unknown as { held: Held };
      held.hold = true;
      return held.workers;
    });
    expect(workers).toBe(1);
    return async () =>
      playground.page.evaluate(() => {
        const { held } = window as unknown as { held: Held };
        held.hold = false;
        for (const tell of held.waiting.splice(0)) tell();
      });
  }

  /** Counts how long the page did not draw, until it is asked. */
  async function watchFrames(): Promise<() => Promise<number[]>> {
    await playground.page.evaluate(() => {
      const held = window as unknown as { gaps: number[] };
      held.gaps = [];
      let last = performance.now();
      const frame = () => {
        const now = performance.now();
        held.gaps.push(now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    return () => playground.page.evaluate(() => (window as unknown as { gaps: number[] }).gaps.splice(0));
  }

  const texts: [string, () => string][] = [
    ["in JSON", () => JSON.stringify(list(), undefined, 1)],
    ["in YAML", () => stringify(list())],
  ];
  test.each(texts)("%s leaves the page responsive", async (kind, make) => {
    const text = make();
    expect(text.length).toBeGreaterThan(4.5e6);
    playground = await Playground.open(it);
    await watchWorkers();
    await playground.paste("rancher", "");
    await playground.paste("old", "");
    await playground.paste("settings", "serverVersion: v2.1");
    // The example's image is ahead of that: nothing is asked any more.
    await expect.poll(async () => (await playground.shown()).outcome, PATIENCE).toBe("warn");
    // A file goes to the text that is in front.
    await playground.tab("object");
    const evaluated = () => playground.find("body").getAttribute("data-evaluated");
    const before = await evaluated();
    const letGo = await holdAnswers();
    const frames = await watchFrames();
    await expect.poll(async () => (await frames()).length, PATIENCE).toBeGreaterThan(0);

    // By its path: a text given here would be decoded in the page, on its main thread.
    writeFileSync(file, text);
    await playground.upload(file);
    // What is typed before there is an answer appears.
    await playground.get("tab-settings").click();
    await playground.get("editor-settings").locator(".cm-content").focus();
    await playground.press("Control+End");
    await playground.type("2.3 # typed meanwhile");
    await expect
      .poll(() => playground.editorText("settings"), PATIENCE)
      .toBe("serverVersion: v2.12.3 # typed meanwhile");
    expect(await evaluated()).toBe(before);
    await letGo();
    const open = async () => numberOf(await playground.text("clusters-summary"));
    await expect.poll(open, { ...PATIENCE, timeout: 100_000 }).toBe(COUNT);
    // It is the last text that counts: under v2.1 all of them are ahead.
    const outcomes = () =>
      playground
        .get("clusters-row")
        .evaluateAll((rows) => [...new Set(rows.map((row) => (row as HTMLElement).dataset.outcome))]);
    await expect.poll(outcomes, { ...PATIENCE, timeout: 100_000 }).toEqual(["reject"]);
    const gaps = await frames();
    console.log(`5 MB ${kind}: ${gaps.length} frames, longest gap ${Math.max(...gaps).toFixed(0)} ms`);
    await playground.get("clusters-filter").fill("c-00777");
    await expect.poll(names, PATIENCE).toEqual(["c-00777"]);
    expect(playground.troubles).toEqual([]);
  });

  function numberOf(text: string): number {
    return Number(/\d+/.exec(text.replaceAll(",", ""))?.[0]);
  }
});
