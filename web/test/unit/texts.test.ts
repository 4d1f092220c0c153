// What the page writes itself: YAML, and settings from the form.

import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { SETTING_KEYS } from "../../src/settings/keys.js";
import { withSetting } from "../support/settings.js";
import { yamlText } from "../../src/yaml-text.js";
import { caseNames, read, readCase } from "../support/cases.js";

describe("YAML that the page writes is read back unchanged", () => {
  const values: Record<string, unknown> = {
    "texts that look like something else": [
      "", " ", "true", "no", "Off", "y", "null", "~", "12", "1e3", "0x1f", ".5", "-", "- a", "a: b",
      "a #b", "#", "&a", "*a", "!a", "|", ">", "%", "@a", "`", "'", '"', "{", "[", ",", "?", ":", "a:",
      "2024-01-01", "=", "<<", "a\nb", "\t", "\u2028", "\u0007", "中文", "v2.12.3", "---", "...",
    ],
    "keys that look like something else": { true: 1, "": 2, "a: b": 3, "#": 4, "12": 5, "- ": 6, "\n": 7 },
    "lists and maps in each other": { a: [[1, [2]], { b: [{ c: [] }, {}], d: null }, []], e: { f: {} } },
    "nothing": {},
    "a text": "a: b",
  };
  test.each(Object.entries(values))("%s", (_, value) => {
    expect(parse(yamlText(value))).toEqual(value);
  });

  test("for each request of the cases", () => {
    const differ = caseNames().filter((name) => {
      const request = JSON.parse(readCase(name).request);
      return JSON.stringify(parse(yamlText(request))) !== JSON.stringify(request);
    });
    expect(differ).toEqual([]);
  });
});

describe("a change in the form", () => {
  test("sets each of the settings that the schema lists", () => {
    const { properties } = JSON.parse(read("settings.schema.json"));
    expect([...SETTING_KEYS].sort()).toEqual(Object.keys(properties).sort());
  });

  const changes: Record<string, [string, string, string, string]> = {
    "of nothing": ["", "allowedLag", "patch", 'allowedLag: "patch"\n'],
    "of a text": ["", "serverVersion", "2.12", 'serverVersion: "2.12"\n'],
    "of true and false": ["", "repair", "true", "repair: true\n"],
    "beside others": ["# mine\nrepair: true\n", "allowedLag", "minor", '# mine\nrepair: true\nallowedLag: "minor"\n'],
    "without a line end": ["repair: true", "allowedLag", "minor", 'repair: true\nallowedLag: "minor"\n'],
    "of one that is set": [
      'allowedLag: none # so far\n"repair" : true\n',
      "repair",
      "false",
      "allowedLag: none # so far\nrepair: false\n",
    ],
    "keeps comments": ["allowedLag: none # so far\n", "allowedLag", "patch", 'allowedLag: "patch" # so far\n'],
    "back to the default": ["repair: true\nallowedLag: none\n", "repair", "", "allowedLag: none\n"],
    "of one that is not set to its default": ["repair: true\n", "allowedLag", "", "repair: true\n"],
    "in JSON": ['{"repair": true}', "allowedLag", "patch", '{\n  "repair": true,\n  "allowedLag": "patch"\n}\n'],
    "in JSON back to the default": ['{"repair": true}', "repair", "", "{}\n"],
    "with a name that is not another's": ["xrepair: 1\n", "repair", "true", "xrepair: 1\nrepair: true\n"],
  };
  test.each(Object.entries(changes))("%s", (_, [text, key, value, expected]) => {
    expect(withSetting(text, key as (typeof SETTING_KEYS)[number], value)).toBe(expected);
  });

  test("replaces a value of two lines as a whole", () => {
    const text = 'serverVersion:\n  "v2.12.3"\nrepair: true\n';
    expect(parse(withSetting(text, "serverVersion", "v2.13.0"))).toEqual({
      serverVersion: "v2.13.0",
      repair: true,
    });
    expect(parse(withSetting(text, "serverVersion", ""))).toEqual({ repair: true });
  });

  test("settings in one line of YAML", () => {
    expect(parse(withSetting("{allowedLag: patch}", "repair", "true"))).toEqual({
      allowedLag: "patch",
      repair: true,
    });
  });
});
