// Nothing leaves the browser, nothing is stored, and text stays text.

import { afterEach, describe, expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { evaluate, type Result } from "../../bindings/node/policy.js";
import { shownOf } from "../support/expected.js";
import { dist, Playground, PATIENCE, world } from "../support/playground.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
  "img-src 'self'; font-src 'none'; connect-src 'self'; worker-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'none'";

/** Each would run, were it read as HTML, as an address or as a script. */
const HOSTILE = [
  "<script>window.__pwned = 1</script>",
  '<img src="x" onerror="window.__pwned = 2">',
  "\"'><svg onload=window.__pwned=3>",
  "</script><iframe srcdoc='<script>parent.__pwned = 4</script>'></iframe>",
  "javascript:window.__pwned=5",
  "\u202Egnp.exe\u202C \u2066x\u2069",
  "{{constructor.constructor('window.__pwned=6')()}} ${window.__pwned=7}",
  "`'\\\"; window.__pwned = 8; //",
];

/** Elements that the page never makes, and attributes that it never sets. */
async function intruders(): Promise<string[]> {
  return playground.page.evaluate(() => {
    // The editors stand in shadow roots.
    const within = (root: Document | ShadowRoot): Element[] =>
      [...root.querySelectorAll("*")].flatMap((element) => [
        element,
        ...(element.shadowRoot ? within(element.shadowRoot) : []),
      ]);
    const elements = within(document);
    const scripts = elements.filter(
      (element) =>
        element instanceof HTMLScriptElement &&
        (element.textContent !== "" || !element.src.startsWith(location.origin)),
    );
    const foreign = elements.filter((element) =>
      element.matches("iframe, object, embed, base, form[action], img:not(.cm-widgetBuffer)"),
    );
    const handlers = elements.filter((element) =>
      [...element.attributes].some(
        ({ name, value }) => name.startsWith("on") || /^\s*javascript:/i.test(value),
      ),
    );
    return [...scripts, ...foreign, ...handlers].map((element) => element.outerHTML);
  });
}

async function pwned(): Promise<unknown> {
  return playground.page.evaluate(() => (window as unknown as { __pwned?: unknown }).__pwned);
}

async function isHarmless(): Promise<void> {
  expect({
    intruders: await intruders(),
    pwned: await pwned(),
    troubles: playground.troubles,
    elsewhere: it.elsewhere.log,
  }).toEqual({ intruders: [], pwned: undefined, troubles: [], elsewhere: [] });
}

function hostileCluster(text: string, more: object = {}): Record<string, unknown> {
  return {
    apiVersion: "management.cattle.io/v3",
    kind: "Cluster",
    metadata: { name: text, annotations: { [text]: text }, labels: { [text]: text } },
    spec: { displayName: text, desiredAgentImage: `registry.example/${text}:v2.11.3`, ...more },
    status: { agentImage: text, [text]: text },
  };
}

describe("text stays text", () => {
  test.each(HOSTILE)("of a cluster: %s", async (text) => {
    playground = await Playground.open(it);
    await playground.paste("settings", "serverVersion: v2.12.3");
    await playground.paste("object", JSON.stringify(hostileCluster(text), undefined, 2));
    await expect.poll(async () => (await playground.shown()).outcome, PATIENCE).toBe("reject");
    await isHarmless();
  });

  test("of downstream clusters", async () => {
    playground = await Playground.open(it);
    await playground.paste("settings", "serverVersion: v2.12.3");
    const items = HOSTILE.map((text, at) => hostileCluster(`${text} ${at}`));
    await playground.paste("object", JSON.stringify({ kind: "List", items }));
    const names = () =>
      playground
        .get("clusters-row")
        .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.name));
    await expect
      .poll(async () => (await names()).sort(), PATIENCE)
      .toEqual(HOSTILE.map((text, at) => `${text} ${at}`).sort());
    const table = await playground.text("clusters-table");
    expect(HOSTILE.filter((text, at) => !table.includes(`${text} ${at}`))).toEqual([]);
    await playground.get("clusters-filter").fill("<img");
    await expect
      .poll(names, PATIENCE)
      .toEqual(HOSTILE.map((text, at) => `${text} ${at}`).filter((name) => name.includes("<img")));
    await isHarmless();
  });

  test("of other kinds, of settings and of unreadable input", async () => {
    playground = await Playground.open(it);
    for (const text of HOSTILE) {
      await playground.paste("settings", JSON.stringify({ [text]: text, allowedLag: text }));
      await playground.paste("object", JSON.stringify({ apiVersion: text, kind: text }));
      await expect.poll(async () => (await playground.items("errors")).length, PATIENCE).toBe(2);
      await playground.paste("settings", "");
      await expect.poll(() => playground.items("errors"), PATIENCE).toEqual([]);
      await playground.paste("object", `${text}\n: [`);
      await expect.poll(async () => (await playground.items("errors")).length, PATIENCE).toBe(1);
      await isHarmless();
    }
  });

  test("of Rancher's Settings and of an old object", async () => {
    playground = await Playground.open(it);
    await playground.paste("settings", "");
    await playground.get("requester").selectOption("user");
    for (const text of HOSTILE) {
      const setting = (name: string) => ({
        apiVersion: "management.cattle.io/v3",
        kind: "Setting",
        metadata: { name },
        value: text,
      });
      const rancher = JSON.stringify({ items: [setting("server-version"), setting("agent-image")] });
      const oldObject = JSON.stringify(hostileCluster(text));
      const objects = JSON.stringify(hostileCluster(text, { desiredAgentImage: `registry.example/${text}:v2.11.4` }));
      await playground.paste("rancher", rancher);
      await playground.paste("old", oldObject);
      await playground.paste("object", objects);
      const { results } = evaluate({ objects, oldObject, rancher, requester: "user" });
      expect(results).toHaveLength(1);
      await playground.shows(shownOf((results[0] as Result).response));
      await isHarmless();
    }
  });

  test("of the name of a file, and of the link", async () => {
    playground = await Playground.open(it);
    const text = JSON.stringify(hostileCluster(HOSTILE[1] ?? ""));
    await playground.upload({ name: "<img src=x onerror=window.__pwned=9>.json", text });
    await expect
      .poll(() => playground.editorText("object"), PATIENCE)
      .toContain("window.__pwned = 2");
    for (const text of HOSTILE) {
      await playground.goto(`?${encodeURIComponent(text)}#${text}`);
      await playground.goto(`#${encodeURIComponent(text)}`);
      await playground.reload();
    }
    await isHarmless();
  });
});

describe("nothing leaves the browser", () => {
  test("all requests are for files of the page", async () => {
    playground = await Playground.open(it);
    const { page } = playground;
    for (const example of await playground.examples()) {
      await playground.choose(example);
    }
    await playground.get("language").selectOption("zh");
    await playground.get("theme").click();
    await playground.paste("settings", "serverVersion: v2.12.3");
    await playground.paste("object", "kind: Cluster\nmetadata: {name: a-name-to-look-for}\nspec: {desiredAgentImage: a:v2.11.3}\n");
    await expect.poll(async () => (await playground.shown()).message, PATIENCE).toContain("a-name-to-look-for");
    await playground.get("share").click();
    await playground.get("share-objects").check();
    await expect.poll(() => playground.get("share-link").inputValue(), PATIENCE).toMatch(/#p=./);
    await playground.get("offline-ready").waitFor();
    const missing = it.site.log.filter(({ status }) => status !== 200);
    expect({ missing, elsewhere: it.elsewhere.log }).toEqual({
      missing: [],
      elsewhere: [],
    });
    const urls = it.site.log.map(({ url }) => url);
    expect(urls.filter((url) => url.includes("?") || url.includes("a-name-to-look-for"))).toEqual([]);
    expect(playground.troubles).toEqual([]);
    expect(await page.evaluate(() => Object.keys(window).filter((key) => /playground|policy$/i.test(key)))).toEqual([]);
  });

  test("the Content-Security-Policy says so, word for word, before anything is loaded", async () => {
    const html = readFileSync(`${dist}/index.html`, "utf8");
    const metas = [...html.matchAll(/<meta\s+http-equiv="Content-Security-Policy"\s+content="([^"]*)"\s*\/?>/g)];
    expect(metas.map(([, content]) => content)).toEqual([POLICY]);
    const head = html.slice(0, metas[0]?.index);
    expect(head.match(/<(script|link|style|img)\b/g)).toEqual(null);
    expect(html.match(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/g)).toEqual(null);
  });

  test("the browser enforces it: what it forbids does not happen", async () => {
    playground = await Playground.open(it);
    const { page } = playground;
    const refused = await page.evaluate(async () => {
      const outcome = async (attempt: () => unknown) => {
        try {
          await attempt();
          return "done";
        } catch {
          return "refused";
        }
      };
      const image = (src: string) =>
        new Promise((resolve, reject) => {
          const image = new Image();
          image.onload = resolve;
          image.onerror = reject;
          image.src = src;
        });
      const script = document.createElement("script");
      script.textContent = "window.__pwned = 10";
      document.head.append(script);
      script.remove();
      // Chromium says that it is sent, and Firefox that it is not.
      navigator.sendBeacon("http://example.com/", "x");
      return {
        fetch: await outcome(() => fetch("http://example.com/")),
        socket: await outcome(
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket("ws://example.com/");
              socket.onopen = resolve;
              socket.onerror = reject;
            }),
        ),
        image: await outcome(() => image("http://example.com/x.png")),
        eval: await outcome(() => new Function("return 1")()),
        inline: (window as unknown as { __pwned?: unknown }).__pwned ?? "refused",
      };
    });
    expect({ ...refused, elsewhere: it.elsewhere.log }).toEqual({
      fetch: "refused",
      socket: "refused",
      image: "refused",
      eval: "refused",
      inline: "refused",
      elsewhere: [],
    });
  });
});

describe("nothing is stored", () => {
  async function kept(): Promise<object> {
    const { page, context } = playground;
    const stored = await page.evaluate(async () => ({
      local: Object.keys(localStorage).sort(),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
    return { ...stored, cookies: await context.cookies() };
  }

  test("except the theme and the language that the user chose", async () => {
    playground = await Playground.open(it);
    await playground.paste("settings", "serverVersion: v2.12.3");
    await playground.paste("object", "kind: Cluster\nmetadata: {name: a-secret}\nspec: {desiredAgentImage: a:v2.11.3}\n");
    await expect.poll(async () => (await playground.shown()).message, PATIENCE).toContain("a-secret");
    await playground.get("share").click();
    await playground.get("share-objects").check();
    await expect.poll(() => playground.get("share-link").inputValue(), PATIENCE).toMatch(/#p=./);
    expect(await kept()).toEqual({ local: [], session: [], databases: [], cookies: [] });
    await playground.get("language").selectOption("zh");
    await playground.get("theme").click();
    await playground.reload();
    const values = await playground.page.evaluate(() => ({ ...localStorage }));
    expect(await kept()).toEqual({
      local: ["language", "theme"],
      session: [],
      databases: [],
      cookies: [],
    });
    expect(values).toEqual({ language: "zh", theme: "light" });
    const cached = await playground.page.evaluate(async () => {
      const names = await caches.keys();
      const caught = await Promise.all(
        names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
      );
      return caught.flat();
    });
    expect(cached.filter((url) => !url.startsWith(playground.url) || /[?#]/.test(url))).toEqual([]);
    expect(await playground.editorText("object")).not.toContain("a-secret");
  });
});
