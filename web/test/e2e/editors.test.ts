// The editors: what they draw of long texts, where they mark errors, and files.

import { afterEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { evaluate, type Result } from "../../bindings/node/policy.js";
import type { Texts } from "../../src/policy/question.js";
import { link, type Shared } from "../../src/share.js";
import { shownOf } from "../support/expected.js";
import { PATIENCE, Playground, type Shown, world } from "../support/playground.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

const PLACES = ["object", "old", "settings", "rancher"] as const;

const CLUSTER = `apiVersion: management.cattle.io/v3
kind: Cluster
metadata:
  name: c-1
spec:
  desiredAgentImage: rancher/rancher-agent:v2.12.1
`;

/** What the policy answers to this cluster, which was as it is. */
const AS_BEFORE: Shown = (() => {
  const object = JSON.stringify(parse(CLUSTER));
  const [result] = evaluate({ objects: object, oldObject: object, settings: '{"serverVersion": "v2.12.3"}' }).results;
  return shownOf((result as Result).response);
})();

const SETTINGS = "serverVersion: v2.12.3\n";

async function poll<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read, PATIENCE).toEqual(expected);
}

/** What follows the address of a link with these texts. */
async function fragment(texts: Partial<Texts>): Promise<string> {
  const held: Shared = { object: "", old: "", settings: "", rancher: "", requester: "user", ...texts };
  return new URL(await link("https://example.com/", held)).hash;
}

async function open(texts: Partial<Texts>, options: Parameters<typeof Playground.open>[1] = {}): Promise<void> {
  playground = await Playground.open(it, { at: await fragment(texts), ...options });
}

/** How many lines each editor has drawn, if they are more than are ever seen at once. */
async function overdrawn(): Promise<Record<string, number>> {
  const counts = await Promise.all(
    PLACES.map(async (place): Promise<[string, number]> => [
      place,
      await playground.get(`editor-${place}`).locator(".cm-line").count(),
    ]),
  );
  return Object.fromEntries(counts.filter(([, count]) => count >= 1000));
}

/** The texts that are there and fill up what a link may hold. */
function long(text: string): string {
  return text + "#\n".repeat(Math.floor((100_000 - text.length) / 2));
}

describe("a long text", () => {
  const texts = {
    object: CLUSTER,
    old: CLUSTER + "#\n".repeat(100_000),
    settings: long(SETTINGS),
    rancher: long("# none\n"),
  };

  test("behind another tab is not drawn, and is complete when its tab is opened", async () => {
    await open(texts);
    await playground.shows(AS_BEFORE);
    const hidden = await overdrawn();
    const held: Record<string, number> = {};
    for (const place of PLACES) {
      held[place] = (await playground.editorText(place)).length;
    }
    expect({ hidden, seen: await overdrawn(), held, troubles: playground.troubles }).toEqual({
      hidden: {},
      seen: {},
      held: Object.fromEntries(PLACES.map((place) => [place, texts[place].length])),
      troubles: [],
    });
  });

  test.each([
    ["is scrolled to", () => playground.get("editor-object").scrollIntoView()],
    [
      "is reached by the keyboard",
      async () => {
        await playground.get("tab-object").focus();
        await playground.press("Tab");
      },
    ],
  ])("below the window is not drawn, and is whole when it %s", async (_, go) => {
    await open({ ...texts, object: texts.old }, { viewport: { width: 360, height: 120 } });
    await playground.shows(AS_BEFORE);
    const firstLine = () => playground.get("editor-object").locator(".cm-line").first().textContent();
    const before = [await firstLine(), await overdrawn()];
    await go();
    await poll(async () => [await firstLine(), await overdrawn()], ["apiVersion: management.cattle.io/v3", {}]);
    expect([before, (await playground.editorText("object")).length]).toEqual([["", {}], texts.old.length]);
  });

  test("appears at once when its tab is chosen, and when it gets the focus", async () => {
    await open({ ...texts, object: texts.old }, { viewport: { width: 360, height: 120 } });
    // In one go: nothing is measured or observed between the two.
    const after = (place: string, act: "click" | "focus") =>
      playground.page.evaluate(([place, act]) => {
        const editor = document.querySelector(`[data-testid="editor-${place}"]`)?.shadowRoot;
        const line = () => editor?.querySelector(".cm-line")?.textContent;
        const before = line();
        if (act === "focus") editor?.querySelector<HTMLElement>(".cm-content")?.focus();
        else document.getElementById(`tab-${place}`)?.click();
        return [before, line()];
      }, [place, act]);
    const object = await after("object", "focus");
    await playground.page.setViewport({ width: 1280, height: 900 });
    expect([object, await after("settings", "click")]).toEqual([
      ["", "apiVersion: management.cattle.io/v3"],
      ["", "serverVersion: v2.12.3"],
    ]);
  });
});

describe("a text that was put in behind another tab", () => {
  test("can be undone and redone", async () => {
    await open({ object: CLUSTER, settings: SETTINGS });
    const before = await playground.editorText("settings");
    await playground.tab("object");
    const at = await fragment({ object: CLUSTER, settings: "repair: true\n" });
    await playground.page.evaluate((hash) => (location.hash = hash), at);
    const dot = () => playground.get("tab-settings").getAttribute("class");
    await poll(() => playground.get("form-repair").inputValue(), "true");
    const after = await playground.editorText("settings");
    await playground.press("Control+z");
    const undone = await playground.editorText("settings");
    await poll(() => playground.get("form-serverVersion").inputValue(), "v2.12.3");
    await playground.press("Control+y");
    expect([before, after, undone, await playground.editorText("settings"), await dot()]).toEqual([
      SETTINGS,
      "repair: true\n",
      SETTINGS,
      "repair: true\n",
      "set",
    ]);
  });

  test("has its markers and underlines", async () => {
    await open({ object: CLUSTER, settings: SETTINGS, rancher: "# one\n\nkind: @x\n" });
    const dots = async () => Promise.all(PLACES.map((place) => playground.get(`tab-${place}`).getAttribute("class")));
    await poll(dots, ["set", null, "set", "set wrong"]);
    await playground.get("tab-rancher").click();
    await poll(() => marked("rancher"), ["@x"]);
  });

  test("can be reached from its error, also below the window", async () => {
    const wrong = `${CLUSTER}x: @y\n`;
    await open({ object: wrong }, { viewport: { width: 360, height: 120 } });
    await playground.get("errors").locator("button").click();
    await playground.get("editor-object").locator(".cm-focused").waitFor();
    await playground.type("z");
    expect(await playground.editorText("object")).toBe(wrong.replace("@y", "z@y"));
  });

  test("can be reached from its error", async () => {
    await open({ object: CLUSTER, settings: SETTINGS, rancher: "# one\n\nkind: @x\n" });
    await playground.get("errors").locator("button").click();
    await playground.get("editor-rancher").locator(".cm-focused").waitFor();
    await playground.type("y");
    expect(await playground.editorText("rancher")).toBe("# one\n\nkind: y@x\n");
  });
});

/** The texts that are marked as wrong, line by line. */
async function marked(place: string): Promise<string[]> {
  return playground.get(`editor-${place}`).locator(".cm-line").evaluateAll((lines) =>
    lines
      .map((line) => [...line.querySelectorAll(".cm-lintRange-error")].map((mark) => mark.textContent).join(""))
      .filter((text) => text !== ""),
  );
}

test.each([
  ["each field", "# allowedLag is patch here\n# so far, allowedLag: none\nallowedLag: much\nratcheting: maybe\n", ["allowedLag: much", "ratcheting: maybe"]],
  ["in the order of the text", "ratcheting: maybe\nallowedLag: much\nrepair: true\n", ["ratcheting: maybe", "allowedLag: much"]],
  ["not what begins alike", "allowedLagging: 1\nallowedLag: much\n", ["allowedLagging: 1", "allowedLag: much"]],
  ["not what is allowed", "mode: a\nserverVersion: v2.12.3\n", ["mode: a"]],
  ["in JSON", '{\n  "serverVersion": "v2.12.3",\n  "allowedLag": "much"\n}\n', ['"allowedLag": "much"']],
  ["in one line", '{"serverVersion": "v2.12.3", "allowedLag": "much"}\n', ['"allowedLag": "much"}']],
  ["what has a sign in its name", "a: 1\na.b+(c: 1\n", ["a: 1", "a.b+(c: 1"]],
  ["a key that is written otherwise", "? allowedLag\n: much\n", ["allowedLag"]],
  ["the first line if they are no mapping", "# a list\n- allowedLag: much\n", ["# a list"]],
])("the marks of settings show %s", async (_, settings, expected) => {
  await open({ object: CLUSTER, settings });
  await playground.tab("settings");
  await poll(() => marked("settings"), expected);
});

describe("the form", () => {
  /** Pastes a text and chooses at once: nothing is judged between the two. */
  async function pasteAndChoose(text: string, key: string, value: string): Promise<void> {
    await playground.get("editor-settings").locator(".cm-content").evaluate(
      (content, [text = "", id = "", value = ""]) => {
        const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        Object.defineProperty(event, "clipboardData", { value: clipboardData });
        content.dispatchEvent(event);
        const select = document.getElementById(id) as HTMLSelectElement;
        select.value = value;
        select.dispatchEvent(new Event("input", { bubbles: true }));
      },
      [text, `form-${key}`, value],
    );
  }

  test("keeps the known settings and the choice while the text is half written", async () => {
    await open({ object: CLUSTER, settings: SETTINGS });
    await playground.tab("settings");
    await poll(() => playground.get("form-serverVersion").inputValue(), "v2.12.3");
    await playground.get("editor-settings").locator(".cm-content").focus();
    await playground.press("Control+a");
    await pasteAndChoose('{"serverVersion": "v2.1', "allowedLag", "patch");
    expect([await playground.editorText("settings"), playground.troubles]).toEqual([
      "serverVersion: v2.12.3\nallowedLag: patch\n",
      [],
    ]);
  });

  test("follows the text, also in the field with the focus", async () => {
    await open({ object: CLUSTER, settings: SETTINGS });
    await playground.tab("settings");
    await poll(() => playground.get("form-serverVersion").inputValue(), "v2.12.3");
    await playground.get("form-serverVersion").focus();
    const at = await fragment({ object: CLUSTER, settings: "serverVersion: v2.13.0\n" });
    await playground.page.evaluate((hash) => (location.hash = hash), at);
    await poll(() => playground.get("form-serverVersion").inputValue(), "v2.13.0");
    await playground.press("End");
    await playground.type("-rc1 ");
    await poll(
      async () => [
        await playground.get("form-serverVersion").inputValue(),
        await playground.get("editor-settings").locator(".cm-content").textContent(),
      ],
      ["v2.13.0-rc1 ", 'serverVersion: "v2.13.0-rc1"'],
    );
    await playground.get("form-serverVersion").blur();
    await poll(() => playground.get("form-serverVersion").inputValue(), "v2.13.0-rc1 ");
  });

  test("writes into a text that was put in behind another tab", async () => {
    await open({ object: CLUSTER, settings: `---\n{serverVersion: v2.12.3} # mine\n` });
    await playground.tab("settings");
    await poll(() => playground.get("form-serverVersion").inputValue(), "v2.12.3");
    await playground.get("form-repair").selectOption("true");
    expect(await playground.editorText("settings")).toBe("---\n{serverVersion: v2.12.3, repair: true} # mine\n");
  });
});

describe("files", () => {
  type File = [name: string, text: string];

  async function drop(...files: File[]): Promise<void> {
    await playground.get("drop-zone").evaluate((zone, files) => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of files) dataTransfer.items.add(new File([text], name));
      zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, files);
  }

  const told = () => playground.text("files-unreadable");

  test("that are not text are reported, in the language of the page, until others are opened", async () => {
    await open({ object: CLUSTER, settings: SETTINGS });
    await drop(["a.png", "\x89PNG\0\0"], ["<b>.bin", "\0"]);
    await poll(told, "Cannot be read: a.png, <b>.bin");
    const kept = await playground.editorText("object");
    await playground.get("language").selectOption("zh");
    await poll(told, expect.stringMatching(/^\p{Script=Han}+: a\.png, <b>\.bin$/u) as unknown as string);
    await drop(["b.yaml", `${CLUSTER}# b\n`]);
    await poll(told, "");
    expect([kept, await playground.editorText("object"), playground.troubles]).toEqual([CLUSTER, `${CLUSTER}# b\n`, []]);
  });

  test("that can be read are opened beside those that cannot", async () => {
    await open({ object: CLUSTER, settings: SETTINGS });
    await playground.upload({ name: "a.gz", text: "\x1f\0" }, { name: "b.yaml", text: `${CLUSTER}# b\n` });
    await poll(told, "Cannot be read: a.gz");
    await poll(() => playground.editorText("object"), `${CLUSTER}# b\n`);
  });

  const JSON_CLUSTER = JSON.stringify(parse(CLUSTER));
  const FLOW_CLUSTER = JSON_CLUSTER.replace('{"apiVersion"', "{apiVersion").replace("c-1", "c-2");
  const YAML_CLUSTER = CLUSTER.replace("c-1", "c-3");
  test.each<[string, string[], string, string[]]>([
    ["JSON", [JSON_CLUSTER, JSON_CLUSTER.replace("c-1", "c-4")], "\n", ["c-1", "c-4"]],
    ["JSON and YAML in brackets", [JSON_CLUSTER, FLOW_CLUSTER], "\n---\n", ["c-1", "c-2"]],
    ["YAML in brackets and JSON", [FLOW_CLUSTER, JSON_CLUSTER], "\n---\n", ["c-2", "c-1"]],
    ["JSON and YAML", [JSON_CLUSTER, YAML_CLUSTER], "\n---\n", ["c-1", "c-3"]],
    ["JSON with --- in it, and JSON", [`${JSON_CLUSTER}\n---\n${FLOW_CLUSTER}`, JSON_CLUSTER], "\n---\n", ["c-1", "c-2", "c-1"]],
  ])("several, of %s, are all read", async (_, texts, between, names) => {
    await open({ settings: SETTINGS });
    await drop(...texts.map((text, at): File => [`${at}`, text]));
    const rows = async () =>
      playground.get("clusters-row").evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset["name"]));
    await poll(async () => (await rows()).sort(), [...names].sort());
    expect([await playground.editorText("object"), await playground.items("errors")]).toEqual([texts.join(between), []]);
  });
});
