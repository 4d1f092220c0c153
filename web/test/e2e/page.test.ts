// The page in use: type, open, share, copy, choose; by mouse and by keyboard.

import { afterEach, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { evaluate, type Result } from "../../bindings/node/policy.js";
import { read, readCase } from "../support/cases.js";
import { shownOf } from "../support/expected.js";
import { Playground, PATIENCE, type Shown, world } from "../support/playground.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

const CLUSTER = `apiVersion: management.cattle.io/v3
kind: Cluster
metadata:
  name: c-1
spec:
  desiredAgentImage: rancher/rancher-agent:v2.12.`;

/** What the policy answers to this cluster with an image of this patch version, and that before. */
function answer(patch: string, before?: string): Shown {
  const [result] = evaluate({
    objects: JSON.stringify(parse(CLUSTER + patch)),
    settings: '{"serverVersion": "v2.12.3"}',
    ...(before === undefined ? {} : { oldObject: JSON.stringify(parse(CLUSTER + before)) }),
  }).results;
  return shownOf((result as Result).response);
}

const LAGS_BY_TWO = answer("1");
const LAGS_AS_BEFORE = answer("1", "1");
const WILL_NOT_FOLLOW = answer("3");

async function poll<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read, PATIENCE).toEqual(expected);
}

/** An empty page with the server's version set. */
async function prepared(options: Parameters<typeof Playground.open>[1] = {}): Promise<Playground> {
  playground = await Playground.open(it, options);
  for (const name of ["object", "old", "rancher"]) {
    await playground.paste(name, "");
  }
  await playground.paste("settings", "serverVersion: v2.12.3\n");
  await playground.get("requester").selectOption("user");
  await playground.tab("object");
  return playground;
}

async function put(testId: string, value: string): Promise<void> {
  const field = playground.get(testId);
  const kind = await field.evaluate((element) =>
    element instanceof HTMLInputElement ? element.type : element.tagName,
  );
  if (kind === "SELECT") {
    await field.selectOption(value);
  } else if (kind === "checkbox") {
    await field.setChecked(value === "true");
  } else {
    await field.fill(value);
    await field.blur();
  }
}

async function value(testId: string): Promise<string> {
  return playground
    .get(testId)
    .evaluate((element) =>
      element instanceof HTMLInputElement && element.type === "checkbox"
        ? String(element.checked)
        : (element as HTMLInputElement | HTMLSelectElement).value,
    );
}

describe("typing", () => {
  test("brings the verdict up to date, key by key", async () => {
    await prepared();
    await playground.paste("object", CLUSTER);
    await playground.press("Control+End");
    await playground.type("1");
    await playground.shows(LAGS_BY_TWO);
    await playground.press("Backspace");
    await playground.type("3");
    await playground.shows(WILL_NOT_FOLLOW);
    await playground.press("Backspace");
    await playground.type("1");
    await playground.shows(LAGS_BY_TWO);
  });

  test("in the old object makes an UPDATE, in Rancher's Settings it changes the server", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    await playground.paste("old", `${CLUSTER}1\n`);
    await poll(async () => (await playground.shown()).outcome, "warn");
    await playground.paste("old", "");
    await playground.paste("settings", "");
    await poll(async () => (await playground.shown()).outcome, "error");
    await playground.paste(
      "rancher",
      "apiVersion: management.cattle.io/v3\nkind: Setting\nmetadata: {name: server-version}\nvalue: v2.12.3\n",
    );
    await poll(async () => (await playground.shown()).outcome, "reject");
  });

  test("is judged by the requester", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}3\n`);
    const outcomes: Record<string, string | null> = {};
    for (const [requester, outcome] of Object.entries({ "service-account": "accept", user: "warn", "audit-scanner": "warn", auto: "warn" })) {
      await playground.get("requester").selectOption(requester);
      await poll(async () => (await playground.shown()).outcome, outcome);
      outcomes[requester] = (await playground.shown()).outcome;
    }
    expect(outcomes).toEqual({ "service-account": "accept", user: "warn", "audit-scanner": "warn", auto: "warn" });
  });
});

describe("what cannot be read", () => {
  const texts: [string, string, string, RegExp][] = [
    ["object", '{"kind": "Cluster",\n  "spec": tru}', "2:14", /expected ident/],
    ["object", "kind: Cluster\nmetadata:\n  name: a\n  name: b\n", "4:3", /duplicated/],
    ["object", '{"名称": "集群", "spec": tru}', "1:25", /expected ident/],
    ["old", "kind: Cluster\nspec: @x\n", "2:7", /bad indentation/],
    ["settings", "allowedLag: none\n\trepair: true\n", "2:1", /tab characters/],
    ["rancher", "[1,\n 2", "2:2", /EOF/],
  ];
  test.each(texts)("in %s has a place and a mark: %j at %s", async (name, text, place, message) => {
    await prepared();
    await playground.paste("object", CLUSTER);
    await playground.paste(name, text);
    await poll(() => playground.items("errors"), [expect.stringContaining(place)]);
    expect((await playground.items("errors"))[0]).toMatch(message);
    expect((await playground.shown()).outcome).toBe("invalid");
    const marks = playground.get(`editor-${name}`).locator(".cm-lintRange-error, .cm-lintPoint-error");
    await poll(() => marks.count(), 1);
    // The mark stands where the error says.
    const line = await marks.evaluate((mark) => {
      const lines = [...(mark.closest(".cm-content")?.querySelectorAll(".cm-line") ?? [])];
      return lines.findIndex((line) => line.contains(mark)) + 1;
    });
    expect(`${line}`).toBe(place.split(":")[0]);
    await playground.paste(name, "");
    await poll(() => playground.items("errors"), []);
    await poll(() => marks.count(), 0);
  });

  test("names settings that do not exist", async () => {
    await prepared();
    await playground.paste("object", CLUSTER);
    await playground.paste("settings", "allowedLag: much\n");
    await poll(() => playground.items("errors"), [
      expect.stringContaining('`allowedLag` is `"much"`, allowed are `none`, `patch`, `minor`'),
    ]);
    expect((await playground.shown()).outcome).toBe("invalid");
  });

  test("replaces the last verdict", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1`);
    await playground.shows(LAGS_BY_TWO);
    await playground.paste("object", "a: [");
    await poll(async () => ({ ...(await playground.shown()), patch: await playground.text("patch") }), {
      outcome: "invalid",
      message: "",
      warnings: [],
      patch: "",
    });
  });
});

describe("an old object", () => {
  const right = { message: "", warnings: [], errors: [], marks: 0 };
  const other = CLUSTER.replace("c-1", "c-2");
  const seen = async () => ({
    ...(await playground.shown()),
    errors: await playground.items("errors"),
    marks: await playground.get("editor-old").locator(".cm-lintRange-error").count(),
  });

  test("with another name is an error with its place", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    await playground.paste("old", `${other}1\n`);
    const errors = ["Old object the old object is `c-2`, and the object is `c-1`"];
    await poll(seen, { ...right, outcome: "invalid", errors, marks: 1 });
    await playground.tab("object");
    await playground.get("errors").locator("button").click();
    await playground.get("editor-old").locator(".cm-focused").waitFor();
    await playground.paste("old", `${CLUSTER}1\n`);
    await poll(seen, { ...right, ...LAGS_AS_BEFORE });
  });

  test("beside two Clusters is an error, but not in an audit, which has no old object", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n---\n${other}1\n`);
    await poll(seen, { ...right, outcome: "reject" });
    await playground.paste("old", `${CLUSTER}1\n`);
    const errors = ["Old object an old object belongs to a single Cluster, and there are several"];
    await poll(seen, { ...right, outcome: "invalid", errors, marks: 1 });
    await playground.get("requester").selectOption("audit-scanner");
    await poll(seen, { ...right, outcome: "reject" });
    expect(await playground.text("verdict")).toMatch(/The old object is not used: an audit has none/);
  });
});

describe("the settings form", () => {
  const chosen = {
    serverVersion: "v2.12.3",
    allowedLag: "minor",
    ratcheting: "false",
    deployedImage: "ignore",
    unknownVersion: "warn",
    repair: "true",
  };

  test("writes the text", async () => {
    await prepared();
    await playground.paste("settings", "# mine\n");
    for (const [key, value] of Object.entries(chosen)) {
      await playground.tab("settings");
      await put(`form-${key}`, value);
    }
    await poll(async () => parse(await playground.editorText("settings")), {
      ...chosen,
      ratcheting: false,
      repair: true,
    });
    expect(await playground.editorText("settings")).toMatch(/^# mine\n/);
  });

  test("shows the text", async () => {
    await prepared();
    await playground.paste("settings", `${JSON.stringify({ ...chosen, ratcheting: false, repair: true })}\n`);
    const values = async () =>
      Object.fromEntries(
        await Promise.all(Object.keys(chosen).map(async (key) => [key, await value(`form-${key}`)])),
      );
    await poll(values, chosen);
    await playground.paste("settings", "serverVersion: 'v2.11.0'\nallowedLag: patch\n");
    await poll(values, {
      serverVersion: "v2.11.0",
      allowedLag: "patch",
      ratcheting: "",
      deployedImage: "",
      unknownVersion: "",
      repair: "",
    });
  });

  test("changes the verdict", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    await playground.tab("settings");
    await put("form-allowedLag", "patch");
    await poll(async () => (await playground.shown()).outcome, "warn");
    await put("form-allowedLag", "");
    await put("form-repair", "true");
    await poll(async () => (await playground.shown()).outcome, "repair");
  });
});

describe("files", () => {
  const file = { name: "cluster.yaml", text: `\uFEFF${CLUSTER}1\r\n` };

  test("are opened", async () => {
    await prepared();
    await playground.upload(file);
    await playground.shows(LAGS_BY_TWO);
    // The same once more, after the text was changed.
    await playground.paste("object", "");
    await playground.upload(file);
    await playground.shows(LAGS_BY_TWO);
  });

  test("are dropped", async () => {
    await prepared();
    await playground.get("drop-zone").evaluate((zone, text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "cluster.yaml", { type: "application/yaml" }));
      for (const type of ["dragenter", "dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    }, `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    expect(await playground.editorText("object")).toBe(`${CLUSTER}1\n`);
  });

  test("dropped on the old object go there", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.tab("old");
    await playground.get("editor-old").locator(".cm-content").evaluate((zone, text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "cluster.yaml", { type: "application/yaml" }));
      for (const type of ["dragenter", "dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    }, `${CLUSTER}1\n`);
    await playground.shows(LAGS_AS_BEFORE);
    expect(await playground.texts()).toMatchObject({ object: `${CLUSTER}1\n`, old: `${CLUSTER}1\n` });
  });

  test("dropped on an editor do not end up in it twice", async () => {
    await prepared();
    await playground.tab("object");
    await playground.get("editor-object").locator(".cm-content").evaluate((zone, text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "cluster.yaml", { type: "text/plain" }));
      const { x, y } = zone.getBoundingClientRect();
      const at = { clientX: x + 5, clientY: y + 5 };
      for (const type of ["dragenter", "dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, ...at }));
      }
    }, `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    expect(await playground.editorText("object")).toBe(`${CLUSTER}1\n`);
  });
});

describe("the link", () => {
  const texts = {
    object: `${CLUSTER}1\n# 集群 <b>\n`,
    old: `${CLUSTER}2\n`,
    settings: "serverVersion: v2.12.3 # ours\n",
    rancher: '{"kind": "Setting", "apiVersion": "management.cattle.io/v3", "metadata": {"name": "agent-image"}, "value": "rancher/rancher-agent:v2.12.3"}',
  };

  async function share(withObjects: boolean): Promise<string> {
    await prepared();
    for (const [name, text] of Object.entries(texts)) {
      await playground.paste(name, text);
    }
    await playground.get("requester").selectOption("service-account");
    expect(await playground.get("share-objects").isChecked()).toBe(false);
    await playground.get("share").click();
    const link = playground.get("share-link");
    await expect.poll(() => link.inputValue(), PATIENCE).toMatch(/#./);
    if (withObjects) {
      const without = await link.inputValue();
      await playground.get("share-objects").check();
      await expect.poll(async () => (await link.inputValue()).length, PATIENCE).toBeGreaterThan(without.length);
    }
    const address = await link.inputValue();
    expect(address.split("#")[0]).toBe(playground.url);
    expect(await playground.text("share-size")).toContain(String(address.length));
    return address;
  }

  async function opened(address: string): Promise<object> {
    const other = await Playground.open(it, { at: new URL(address).hash });
    try {
      const held = await other.texts();
      return { ...held, requester: await other.get("requester").inputValue(), troubles: other.troubles };
    } finally {
      await other.close();
    }
  }

  test("contains everything but the objects", async () => {
    expect(await opened(await share(false))).toEqual({
      object: "",
      old: "",
      // Written anew from what the policy reads of them.
      settings: "serverVersion: v2.12.3\n",
      rancher:
        "apiVersion: management.cattle.io/v3\nkind: Setting\nmetadata:\n  name: agent-image\n" +
        "value: rancher/rancher-agent:v2.12.3\n",
      requester: "service-account",
      troubles: [],
    });
  });

  test("contains the objects, too, if the user asks for it", async () => {
    expect(await opened(await share(true))).toEqual({
      ...texts,
      requester: "service-account",
      troubles: [],
    });
  });

  test("of an example brings the example", async () => {
    playground = await Playground.open(it);
    const example = "repairs-unchanged-lagging-pin-by-user";
    const { response } = readCase(example);
    await playground.choose(example);
    await playground.shows(shownOf(response));
    await playground.get("share").click();
    await expect.poll(() => playground.get("share-link").inputValue(), PATIENCE).toMatch(/#./);
    const address = await playground.get("share-link").inputValue();
    const other = await Playground.open(it, { at: new URL(address).hash });
    try {
      await other.shows(shownOf(response));
      expect(await other.texts()).toEqual(await playground.texts());
    } finally {
      await other.close();
    }
  });

  test.each([
    ["#p=%%%", "This link cannot be read."],
    ["#p=AAAA", "This link cannot be read."],
    ["#p=", "This link cannot be read."],
    ["#nothing", ""],
  ])("that is broken is told, and does no harm: %s", async (at, notice) => {
    playground = await Playground.open(it, { at });
    expect(await playground.text("notice")).toBe(notice);
    await playground.paste("settings", "serverVersion: v2.12.3\n");
    await playground.paste("rancher", "");
    await playground.paste("old", "");
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    expect(playground.troubles).toEqual([]);
  });

  test("is opened if the user follows it while the page is open", async () => {
    const address = await share(true);
    await playground.paste("object", "");
    await playground.page.evaluate((hash) => {
      location.hash = hash;
    }, new URL(address).hash);
    await poll(() => playground.texts(), texts);
  });
});

describe("copying", () => {
  const SAID: Record<string, string> = {
    "copy-kwctl": "Copied. The command contains the whole object, secrets too.",
  };

  async function copied(testId: string): Promise<string> {
    await playground.page.evaluate(() => navigator.clipboard.writeText("nothing copied yet"));
    await playground.get(testId).click();
    await expect
      .poll(() => playground.page.evaluate(() => navigator.clipboard.readText()), PATIENCE)
      .not.toBe("nothing copied yet");
    await poll(() => playground.text("copied"), SAID[testId] ?? "Copied");
    return playground.page.evaluate(() => navigator.clipboard.readText());
  }

  test("copies the whole message", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    expect(await copied("copy-message")).toBe(LAGS_BY_TWO.message);
  });

  test("copies the policy with these settings", async () => {
    await prepared();
    await playground.paste("settings", 'serverVersion: "2.12"\nallowedLag: patch\n');
    await playground.paste("object", `${CLUSTER}1\n`);
    await poll(async () => (await playground.shown()).outcome, "warn");
    const documents = parseAllDocuments(await copied("copy-policy"));
    expect(documents.flatMap((document) => ("errors" in document ? document.errors : []))).toEqual([]);
    const settings = { serverVersion: "2.12", allowedLag: "patch" };
    const { spec, ...rest } = parse(read("deploy/monitor.yaml"));
    expect(documents.map((document) => document.toJS())).toEqual([{ ...rest, spec: { ...spec, settings } }]);
  });

  test("copies the command that sends the same request to the policy", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    const command = await copied("copy-kwctl");
    const files = Object.fromEntries(
      [...command.matchAll(/^cat > (\S+) <<'END'\n([\s\S]*?)\nEND$/gm)].map(([, name, text]) => [
        name,
        JSON.parse(text ?? ""),
      ]),
    );
    expect(files).toEqual({
      "request.json": expect.objectContaining({
        operation: "CREATE",
        object: { ...parse(CLUSTER), spec: { desiredAgentImage: "rancher/rancher-agent:v2.12.1" } },
        oldObject: null,
      }),
      "settings.json": { serverVersion: "v2.12.3" },
      "lookups.json": [],
    });
    expect(command.split("\nEND\n").at(-1)).toBe(
      "kwctl run --request-path request.json --settings-path settings.json \\\n" +
        "  --allow-context-aware --replay-host-capabilities-interactions lookups.json \\\n" +
        "  registry://ghcr.io/rancher-agent-version-policy/policies/rancher-agent-version-policy:v0.1.0\n",
    );
  });

  test("copies a command, too, if the objects came with Rancher's Settings", async () => {
    await prepared();
    await playground.paste("settings", "");
    const setting = { apiVersion: "management.cattle.io/v3", kind: "Setting", metadata: { name: "server-version" }, value: "v2.12.3" };
    const cluster = { ...parse(`${CLUSTER}1`), number: 0 };
    const text = JSON.stringify(cluster, undefined, 2).replace('"number": 0', '"number": 12345678901234567890');
    await playground.paste("object", `${JSON.stringify(setting, undefined, 2)}\n${text}\n`);
    await poll(async () => (await playground.shown()).outcome, "reject");
    const command = await copied("copy-kwctl");
    const request = /^cat > request\.json <<'END'\n([\s\S]*?)\nEND$/m.exec(command)?.[1] ?? "";
    expect(JSON.parse(request)).toMatchObject({ operation: "CREATE", object: { kind: "Cluster", metadata: { name: "c-1" } } });
    expect(request.match(/"number": ?\d+/)?.[0]?.replace(" ", "")).toBe('"number":12345678901234567890');
  });

  test("reports it if the browser does not allow it", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    await playground.page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
    });
    await playground.get("copy-message").click();
    await poll(() => playground.text("copied"), "The browser does not let the page copy. Copy the text from here:");
    const byHand = playground.get("copied-by-hand");
    const selected = () =>
      byHand.evaluate((element) => {
        const { value, selectionStart, selectionEnd } = element as HTMLTextAreaElement;
        return [value.slice(selectionStart, selectionEnd), element === document.activeElement];
      });
    await poll(selected, [LAGS_BY_TWO.message, true]);
    await playground.paste("object", `${CLUSTER}3\n`);
    await playground.shows(WILL_NOT_FOLLOW);
    await poll(async () => [await byHand.isVisible(), await byHand.inputValue()], [false, ""]);
  });
});

describe("a grey button", () => {
  const [message, command, policy, link] = ["copy-message", "copy-kwctl", "copy-policy", "copy-link"];

  /** Asks them all, as the keyboard can. */
  async function asked(...buttons: (string | undefined)[]): Promise<string[]> {
    const answers: string[] = [];
    for (const button of buttons) {
      const grey = playground.get(button ?? "");
      const before = await grey.evaluate((element) => [element.ariaDisabled, (element as HTMLButtonElement).title]);
      await grey.evaluate((element) => {
        element.focus();
        element.click();
      });
      const said = await playground.text(button === link ? "link-copied" : "copied");
      const isReached = await grey.evaluate((element) => element === document.activeElement);
      answers.push(`${before.join(" ")} ${said === before[1] && isReached}`);
    }
    return answers;
  }

  test("says why it is grey, and can be reached", async () => {
    await prepared();
    await poll(() => playground.text("verdict"), expect.stringContaining("Nothing to judge yet") as unknown as string);
    expect(await asked(message, command)).toEqual([
      "true There is nothing to judge yet. true",
      "true There is nothing to judge yet. true",
    ]);
    await playground.paste("object", "kind: Cluster\nmetadata: {name: c-1}\n");
    await poll(async () => (await playground.shown()).outcome, "accept");
    expect(await asked(message)).toEqual(["true The policy has no message and no warning. true"]);
    await playground.choose("clusters");
    await poll(() => playground.get("clusters-row").count(), 12);
    expect(await asked(message, command)).toEqual([
      "true Open a cluster in the list first. true",
      "true The command is for a single Cluster or request. true",
    ]);
    await playground.paste("settings", "allowedLag: much\n");
    await poll(async () => (await playground.items("errors")).length, 1);
    expect(await asked(policy)).toEqual(["true The settings cannot be read. true"]);
  });
});

test("a tab with an error tells a screen reader", async () => {
  await prepared();
  await playground.paste("settings", "allowedLag: much\n");
  await poll(async () => (await playground.items("errors")).length, 1);
  const names = () => playground.find('[role="tab"]').allTextContents();
  expect(await names()).toEqual(["Object", "Old object", "Settings (has an error)", "Rancher"]);
  await playground.paste("settings", "allowedLag: patch\n");
  await poll(names, ["Object", "Old object", "Settings (not empty)", "Rancher"]);
  await playground.get("language").selectOption("zh");
  await poll(names, ["对象", "旧对象", "设置 (非空)", "Rancher"]);
});

test("the page shows its version, and links to its source and licenses", async () => {
  playground = await Playground.open(it);
  const links = await playground.find("footer a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  const { version } = JSON.parse(read("web/package.json"));
  expect([links, await playground.find("footer").textContent()]).toEqual([
    ["https://github.com/rancher-agent-version-policy/rancher-agent-version-policy", "./licenses.md"],
    expect.stringContaining(`Version ${version}`),
  ]);
});

describe("language and theme", () => {
  async function looks(): Promise<object> {
    return playground.page.evaluate(() => ({
      lang: document.documentElement.lang,
      background: getComputedStyle(document.body).backgroundColor,
      heading: document.querySelector("h1")?.textContent?.trim() ?? "",
    }));
  }

  test("are those of the browser at first", async () => {
    playground = await Playground.open(it, { locale: "zh-CN", isDark: true });
    const dark = await looks();
    await playground.close();
    playground = await Playground.open(it, { locale: "de-DE" });
    const light = await looks();
    expect({ dark, light }).toEqual({
      dark: { lang: "zh-CN", background: expect.any(String), heading: expect.stringMatching(/\p{Script=Han}/u) },
      light: { lang: "en", background: expect.any(String), heading: expect.stringMatching(/^[\w\s:-]+$/) },
    });
    expect((dark as { background: string }).background).not.toBe((light as { background: string }).background);
  });

  test("stay as chosen, also after a reload", async () => {
    playground = await Playground.open(it);
    const light = await looks();
    await playground.get("language").selectOption("zh");
    await poll(async () => ((await looks()) as { lang: string }).lang, "zh-CN");
    // System, light, dark.
    await playground.get("theme").click();
    await playground.get("theme").click();
    const chosen = await looks();
    await playground.reload();
    expect(await looks()).toEqual(chosen);
    await playground.get("theme").click();
    await playground.get("language").selectOption("en");
    await playground.reload();
    expect(await looks()).toEqual(light);
    await playground.close();
    playground = await Playground.open(it, { isDark: true });
    expect(await looks()).toEqual({ ...light, background: (chosen as { background: string }).background });
  });

  test("a change of language keeps what the user wrote", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    const before = await playground.texts();
    await playground.get("language").selectOption("zh");
    await playground.shows(LAGS_BY_TWO);
    expect(await playground.texts()).toEqual(before);
    const english = await playground.items("explanation");
    expect(english.filter((step) => !/\p{Script=Han}/u.test(step))).toEqual([]);
  });
});

describe("the keyboard", () => {
  async function focused(): Promise<string> {
    return playground.page.evaluate(() => {
      const element = document.activeElement;
      return element?.closest("[data-testid]")?.getAttribute("data-testid") ?? element?.tagName ?? "";
    });
  }

  test("reaches all controls, shows the focus, and leaves the editor", async () => {
    playground = await Playground.open(it);
    const { page } = playground;
    const reached = new Set<string>();
    const unmarked: string[] = [];
    for (let step = 0; step < 80; step += 1) {
      await playground.press("Escape");
      await playground.press("Tab");
      const name = await focused();
      if (reached.has(name) && name === "language") {
        break;
      }
      reached.add(name);
      const marked = await page.evaluate(() => {
        const element = document.activeElement ?? document.body;
        const around = [element, element.closest(".cm-editor") ?? element, element.parentElement ?? element];
        return around.some((element) => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
          return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
        });
      });
      // In an editor it is the caret that shows it.
      if (!marked && name !== "BODY" && !name.startsWith("editor-")) {
        unmarked.push(name);
      }
    }
    const wanted = ["example-select", "tab-object", "editor-object", "requester", "open-file", "share", "copy-message", "copy-kwctl", "copy-policy", "language", "theme"];
    expect({ missing: wanted.filter((name) => !reached.has(name)), unmarked }).toEqual({ missing: [], unmarked: [] });
  });

  test("changes tabs as tabs do", async () => {
    playground = await Playground.open(it);
    await playground.get("tab-object").focus();
    const selected: string[] = [];
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Home", "End"]) {
      await playground.press(key);
      if ((await playground.get(await focused()).getAttribute("aria-selected")) !== "true") {
        await playground.press("Enter");
      }
      selected.push(
        (await playground.find('[role="tab"][aria-selected="true"]').getAttribute("data-testid")) ?? "",
      );
    }
    expect(selected).toEqual(["tab-old", "tab-settings", "tab-rancher", "tab-object", "tab-rancher", "tab-object", "tab-rancher"]);
  });

  test("keeps the characters that are typed with Alt", async () => {
    playground = await Playground.open(it);
    const taken = await playground.get("editor-object").locator(".cm-content").evaluate((editor) =>
      ["1", "2", "3", "4", "#", "@", "€", "{", "|"].flatMap((key) =>
        [editor, document.body].flatMap((element) => {
          const typed = new KeyboardEvent("keydown", { key, altKey: true, bubbles: true, cancelable: true });
          return element.dispatchEvent(typed) ? [] : [`${key} in ${element.tagName}`];
        }),
      ),
    );
    const selected = await playground.find('[role="tab"][aria-selected="true"]').getAttribute("data-testid");
    expect({ taken, selected }).toEqual({ taken: [], selected: "tab-object" });
  });

  test("does all of it: example, settings, verdict, copy", async () => {
    playground = await Playground.open(it);
    const { page } = playground;
    const reach = async (name: string) => {
      for (let step = 0; step < 80 && (await focused()) !== name; step += 1) {
        await playground.press("Escape");
        await playground.press("Tab");
      }
      expect(await focused()).toBe(name);
    };
    await reach("editor-object");
    await playground.press("Control+a");
    await playground.press("Delete");
    // In one line: the editor indents the next one itself.
    await playground.type(JSON.stringify(parse(`${CLUSTER}1`)));
    // Back to the tabs, and not around: Firefox has its own controls behind the last one.
    const tabs = async (...keys: string[]) => {
      await playground.press("Escape");
      await playground.press("Shift+Tab");
      for (const key of keys) await playground.press(key);
      await playground.press("Tab");
      await playground.press("Control+a");
      await playground.press("Delete");
    };
    await tabs("ArrowRight", "ArrowRight");
    await playground.type("serverVersion: v2.12.3");
    await tabs("ArrowLeft");
    await playground.shows(LAGS_BY_TWO);
    await playground.press("Control+Enter");
    await reach("copy-message");
    await playground.press("Enter");
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()), PATIENCE)
      .toBe(LAGS_BY_TWO.message);
  });
});

test("the page works in a browser that stores nothing", async () => {
  playground = await Playground.open(it, { storage: false });
  await playground.get("language").selectOption("zh");
  await playground.get("theme").click();
  await playground.choose("rejects-lagging-pin-on-create-live");
  await playground.shows(shownOf(readCase("rejects-lagging-pin-on-create-live").response));
  expect(playground.troubles).toEqual([]);
});

describe("an object other than the example's", () => {
  const own = `${CLUSTER}1\n`;

  test.each([
    ["accepts-lagging-local-on-update", "user"],
    ["rejects-rc9-under-rc10-as-lagging", "audit-scanner"],
  ])("leaves behind who sent it and the old object: %s", async (example, requester) => {
    playground = await Playground.open(it);
    await playground.choose(example);
    await playground.shows(shownOf(readCase(example).response));
    expect(await value("requester")).toBe(requester);
    await playground.paste("settings", "serverVersion: v2.12.3\n");
    await playground.paste("object", own);
    await playground.shows(LAGS_BY_TWO);
    expect([await value("example-select"), await value("requester"), await playground.editorText("old")]).toEqual([
      "own",
      "auto",
      "",
    ]);
  });

  test("keeps them while the user changes the example's object", async () => {
    const example = "rejects-more-lag-by-user";
    playground = await Playground.open(it);
    await playground.choose(example);
    await playground.shows(shownOf(readCase(example).response));
    const before = await playground.texts();
    const settings = before["settings"] ?? "";
    // In between nothing can be judged.
    await playground.paste("settings", "allowedLag: [");
    await poll(async () => (await playground.items("errors")).length, 1);
    await playground.paste("object", `${before["object"]}# mine\n`);
    await playground.paste("settings", settings);
    await playground.shows(shownOf(readCase(example).response));
    expect([await value("example-select"), await value("requester"), await playground.texts()]).toEqual([
      "own",
      "auto",
      { ...before, object: `${before["object"]}# mine\n` },
    ]);
  });
});

describe("the answer", () => {
  test("stays in place if it is the same, and keeps the focus if it is not", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    await playground.page.evaluate(() => {
      const held = window as unknown as { changes: number };
      held.changes = 0;
      const status = document.querySelector('[data-testid="verdict"]')?.parentElement as HTMLElement;
      new MutationObserver((changes) => (held.changes += changes.length)).observe(status, { childList: true, subtree: true });
    });
    const changes = () => playground.page.evaluate(() => (window as unknown as { changes: number }).changes);
    const evaluated = () => playground.find("body").getAttribute("data-evaluated");
    const before = Number(await evaluated());
    await playground.press("Control+End");
    await playground.type("# a comment");
    await expect.poll(async () => Number(await evaluated()), PATIENCE).toBeGreaterThan(before);
    expect(await changes()).toBe(0);
    await playground.paste("object", CLUSTER);
    await playground.press("Control+End");
    await playground.type("3");
    await playground.press("Control+Enter");
    await playground.shows(WILL_NOT_FOLLOW);
    await poll(() => playground.page.evaluate(() => document.activeElement?.getAttribute("data-outcome")), "warn");
  });
});

describe("a link", () => {
  test("that cannot be made is not copied, and the user is asked for objects each time", async () => {
    await prepared();
    await playground.paste("object", `${CLUSTER}1\n`);
    await playground.shows(LAGS_BY_TWO);
    await playground.get("share").click();
    await playground.get("share-objects").check();
    await expect.poll(() => playground.get("share-link").inputValue(), PATIENCE).toMatch(/#p=./);
    const noise = Array.from({ length: 200_000 }, (_, at) => Math.sin(at).toString(36).slice(3)).join("");
    await playground.paste("object", `${CLUSTER}3\n# ${noise}\n`);
    await playground.shows(WILL_NOT_FOLLOW);
    await playground.get("share-objects").check();
    await poll(
      async () => [await playground.get("share-link").inputValue(), await playground.get("copy-link").isDisabled()],
      ["", true],
    );
    await playground.get("share").click();
    await playground.get("share").click();
    expect(await value("share-objects")).toBe("false");
    await poll(() => playground.get("copy-link").isDisabled(), false);
  });
});
