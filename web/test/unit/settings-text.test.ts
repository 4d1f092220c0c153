// A choice in the form, in every way in which settings can be written.

import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { withSetting } from "../support/settings.js";

/** The text with `allowedLag` set to `patch`, and with it taken out. */
function changes(text: string, known?: Record<string, unknown>): [string, string] {
  return [withSetting(text, "allowedLag", "patch", known), withSetting(text, "allowedLag", "", known)];
}

const PATCH = 'allowedLag: "patch"';

describe("a change keeps all that it does not change", () => {
  const texts: Record<string, [string, string, string]> = {
    "further in, as cut from a policy": ["  serverVersion: v2.12.3\n  repair: false", `  serverVersion: v2.12.3\n  repair: false\n  ${PATCH}\n`, "  serverVersion: v2.12.3\n  repair: false"],
    "further in, in place": ["  allowedLag: none # c\n  repair: false\n", `  ${PATCH} # c\n  repair: false\n`, "  repair: false\n"],
    "brackets below ---": ["---\n{repair: true}", `---\n{repair: true, ${PATCH}}`, "---\n{repair: true}"],
    "brackets below a comment": ["# mine\n{repair: true}\n", `# mine\n{repair: true, ${PATCH}}\n`, "# mine\n{repair: true}\n"],
    "brackets with a comma in a comment": ["{repair: true, # a, b\n allowedLag: none}", `{repair: true, # a, b\n ${PATCH}}`, "{repair: true, # a, b\n }"],
    "brackets with a comma in a text": ["{a: 'b, allowedLag: c', allowedLag: none}", `{a: 'b, allowedLag: c', ${PATCH}}`, "{a: 'b, allowedLag: c'}"],
    "brackets with a comma at the end": ["{repair: true,}", `{repair: true, ${PATCH},}`, "{repair: true,}"],
    "brackets in another order": ["{allowedLag: none, repair: true}", `{${PATCH}, repair: true}`, "{repair: true}"],
    "empty brackets": ["# mine\n{}", `# mine\n{${PATCH}}`, "# mine\n{}"],
    "an end mark": ["repair: true\n...", `repair: true\n${PATCH}\n...`, "repair: true\n..."],
    "a version of YAML": ["%YAML 1.2\n---\nrepair: true", `%YAML 1.2\n---\nrepair: true\n${PATCH}\n`, "%YAML 1.2\n---\nrepair: true"],
    null: ["null", PATCH, "null"],
    "~, and a comment": ["# a\n~ # b\n", `# a\n${PATCH} # b\n`, "# a\n~ # b\n"],
    "nothing below ---": ["---\n", `---\n${PATCH}\n`, "---\n"],
    "a comment alone": ["# mine", `# mine\n${PATCH}\n`, "# mine"],
    "a comment below, further in": ["allowedLag: none\n  # keep me\nrepair: true", `${PATCH}\n  # keep me\nrepair: true`, "  # keep me\nrepair: true"],
    "a comment before the value": ["allowedLag: # c\n  none # d\nrepair: true\n", 'allowedLag: # c\n  "patch" # d\nrepair: true\n', "repair: true\n"],
    "no value, and a comment": ["allowedLag: # to do\nrepair: true\n", `${PATCH} # to do\nrepair: true\n`, "repair: true\n"],
    "a value in a block": ["allowedLag: |-\n  none\nrepair: true\n", `${PATCH}\nrepair: true\n`, "repair: true\n"],
    "a list, which no setting is": ["repair:\n  - a # b\n# c\n", `repair:\n  - a # b\n${PATCH}\n# c\n`, "repair:\n  - a # b\n# c\n"],
    "the same name further in": ["x:\n  allowedLag: none\n", `x:\n  allowedLag: none\n${PATCH}\n`, "x:\n  allowedLag: none\n"],
    "JSON with a byte order mark": ['\uFEFF{"repair": true}', '{\n  "repair": true,\n  "allowedLag": "patch"\n}\n', '{\n  "repair": true\n}\n'],
    "a byte order mark": ["\uFEFFrepair: true\n", `\uFEFFrepair: true\n${PATCH}\n`, "\uFEFFrepair: true\n"],
  };
  test.each(Object.entries(texts))("%s", (_, [text, set, taken]) => {
    expect(changes(text)).toEqual([set, taken]);
  });
});

describe("what cannot be changed in place is rewritten", () => {
  const texts: Record<string, [string, object, object]> = {
    "a value that another one names": ["allowedLag: &a none\nserverVersion: *a\n", { allowedLag: "patch", serverVersion: "none" }, { serverVersion: "none" }],
    "what is merged in": ["x: &b {allowedLag: none}\n<<: *b\n", { x: { allowedLag: "none" }, allowedLag: "patch" }, { x: { allowedLag: "none" } }],
    "a name behind a question mark": ["? allowedLag\n: none\n? repair\n: true\n", { allowedLag: "patch", repair: true }, { repair: true }],
    "null behind ---": ["--- null", { allowedLag: "patch" }, {}],
    "a number that looks like a version": ["? serverVersion\n: 2.12\n", { serverVersion: 2.12, allowedLag: "patch" }, { serverVersion: 2.12 }],
  };
  test.each(Object.entries(texts))("%s", (_, [text, set, taken]) => {
    expect(changes(text).map((text) => parse(text, { merge: true }) ?? {})).toEqual([set, taken]);
  });
});

test.each([
  ["JSON half deleted", '{"repair": tr'],
  ["brackets half deleted", "{repair: true, allowedLag"],
  ["two documents", "repair: false\n---\nrepair: false\n"],
  ["a list", "- repair: false\n"],
  ["a key given twice", "repair: false\nrepair: false\n"],
  ["what is too deep", "[".repeat(5000)],
])("what cannot be read is written from what was known before: %s", (_, text) => {
  const known = { repair: true, allowedLag: "minor" };
  expect(changes(text, known)).toEqual(["repair: true\nallowedLag: patch\n", "repair: true\n"]);
  expect(known).toEqual({ repair: true, allowedLag: "minor" });
});
