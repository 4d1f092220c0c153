// The link: what is in it, what is not, and that a link of others does no harm.

import { deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { link, shared, type Shared, toShare } from "../../src/share.js";
import { read, readCase } from "../support/cases.js";

const PAGE = "https://example.com/some/where/";

function fragmentOf(address: string): string {
  return new URL(address).hash;
}

/** A link as ours, with any bytes in it. */
function forged(bytes: Uint8Array): string {
  return `#p=${Buffer.from(bytes).toString("base64url")}`;
}

function holding(value: unknown): string {
  return forged(deflateRawSync(JSON.stringify(value)));
}

/** What the page makes of a fragment: what it holds, nothing, or an error. */
async function opened(fragment: string): Promise<Shared | "nothing" | "error"> {
  try {
    return (await shared(fragment)) ?? "nothing";
  } catch {
    return "error";
  }
}

const texts = {
  object: '{"kind": "Cluster", "token": "a-secret"}',
  old: "token: another-secret",
  settings: "serverVersion: v2.12.3 # 版本\r\nallowedLag: patch\n",
  rancher: '{"value": "v2.12.3", "kind": "Setting"}',
};

describe("a link", () => {
  test.each([
    ["all texts", toShare(texts, "service-account", undefined, true)],
    ["the texts that hold no objects", toShare(texts, "audit-scanner", undefined, false)],
    ["an example", toShare(texts, "auto", "clusters", false)],
    ["nothing", toShare({ object: "", old: "", settings: "", rancher: "" }, "user", undefined, true)],
  ])("gives back %s", async (_, given) => {
    expect(await shared(fragmentOf(await link(`${PAGE}#before`, given)))).toEqual(given);
  });

  test("leaves the objects out unless they are asked for", async () => {
    const held = async (withObjects: boolean) => {
      const made = await link(PAGE, toShare(texts, "user", "clusters", withObjects));
      const bytes = Buffer.from(fragmentOf(made).slice("#p=".length), "base64url");
      return JSON.parse(inflateRawSync(bytes).toString());
    };
    const { settings, rancher } = texts;
    expect({ without: await held(false), with: await held(true) }).toEqual({
      without: { settings, rancher, requester: "user", example: "clusters" },
      with: { ...texts, requester: "user" },
    });
  });

  test("has only the page before the #, and after it no character at which a chat cuts it off", async () => {
    const { request } = readCase("repairs-object-with-escapes-and-unicode");
    const made = await link(`${PAGE}#p=x`, toShare({ ...texts, object: request }, "user", undefined, true));
    expect(made.replace(/#p=[A-Za-z0-9_-]+$/, "")).toBe(PAGE);
  });

  test("is not made from a text that would not be opened", async () => {
    const made = (length: number) =>
      link(PAGE, toShare({ ...texts, rancher: " ".repeat(length) }, "user", undefined, true)).then(
        () => "made",
        (error: Error) => error.message,
      );
    expect([await made(100_000), await made(100_001)]).toEqual(["made", "a text of the link is too long"]);
  });

  test("is far smaller than its content", async () => {
    const object = read("cli/sample/clusters.json");
    const made = await link(PAGE, toShare({ ...texts, object }, "user", undefined, true));
    expect(made.length).toBeLessThan(object.length / 5);
    expect((await shared(fragmentOf(made)))?.object).toBe(object);
  });
});

describe("a link from somebody else", () => {
  test.each([
    ["nothing", ""],
    ["a heading", "#explanation"],
    ["another name", "#q=abc"],
  ])("is nothing: %s", async (_, fragment) => {
    expect(await opened(fragment)).toBe("nothing");
  });

  test.each([
    ["no base64", "#p=%%%"],
    ["nothing behind the name", "#p="],
    ["not compressed", forged(Buffer.from('{"settings": ""}'))],
    ["cut off", holding({ settings: read("cli/sample/clusters.json") }).slice(0, 2000)],
    ["no JSON", forged(deflateRawSync("{settings}"))],
    ["settings longer than any are", holding({ settings: " ".repeat(100_001) })],
    ["Rancher's Settings longer than any are", holding({ rancher: " ".repeat(100_001) })],
    ["a text that unfolds into 64 MB", forged(deflateRawSync(`{"settings": "${" ".repeat(64e6)}"}`))],
  ])("is an error: %s", async (_, fragment) => {
    const held = await opened(fragment);
    expect(typeof held === "string" ? held : Object.keys(held)).toBe("error");
  });

  const empty = { settings: "", rancher: "", requester: "auto" };
  test.each<[string, unknown, object]>([
    ["null", null, empty],
    ["a list", [1, 2], empty],
    ["wrong types", { settings: 1, rancher: {}, requester: "root", object: [], old: null }, empty],
    ["unknown keys", { language: "zh", theme: "dark", html: "<b>" }, empty],
    ["a prototype", JSON.parse('{"__proto__": {"object": "x"}, "settings": "a: 1"}'), { ...empty, settings: "a: 1" }],
  ])("gives only what is of the right type: %s", async (_, value, expected) => {
    expect(await opened(holding(value))).toEqual(expected);
  });
});
