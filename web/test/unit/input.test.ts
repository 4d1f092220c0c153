// YAML becomes JSON, with the order of keys and all digits; errors have a place.

import { describe, expect, test } from "vitest";
import { evaluate } from "../../bindings/node/policy.js";
import { translate } from "../../src/policy/input.js";
import { parse, stringify } from "yaml";
import { caseNames, read, readCase } from "../support/cases.js";

describe("JSON is passed on unchanged", () => {
  const texts: Record<string, string> = {
    "nothing": "",
    "blanks": " \r\n\t",
    "numbers of any size": '{"a": 12345678901234567890, "b": 1.0, "c": 1e400}',
    "a key given twice": '{"a": 1, "a": 2}',
    "several documents": '{"a": 1}\n{"a": 2} [3]',
    "what is cut off": '{"a": [1,',
    "a request": readCase("repairs-object-with-escapes-and-unicode").request,
    "downstream clusters": read("cli/sample/clusters.json"),
  };
  test.each(Object.entries(texts))("%s", (_, text) => {
    expect(translate(text)).toEqual({ json: text });
  });

  test("but for a mark of the byte order", () => {
    expect(translate('\uFEFF{"a": 1}')).toEqual({ json: '{"a": 1}' });
  });
});

describe("YAML", () => {
  const texts: Record<string, [string, string]> = {
    "keeps the order of keys": ["z: 1\na: 2\nm: {y: 3, b: 4}\n", '{"z":1,"a":2,"m":{"y":3,"b":4}}'],
    "keeps integers of any size": [
      "a: 12345678901234567890\nb: -9223372036854775809\nc: 0x10\nd: 0o17\n",
      '{"a":12345678901234567890,"b":-9223372036854775809,"c":16,"d":15}',
    ],
    "reads numbers with a point": ["a: 1.5\nb: 1e3\nc: .5\n", '{"a":1.5,"b":1000,"c":0.5}'],
    "reads the words of version 1.2 and no others": [
      "a: true\nb: False\nc: null\nd: ~\ne:\nf: yes\ng: off\nh: 2024-01-01\ni: 1_000\n",
      '{"a":true,"b":false,"c":null,"d":null,"e":null,"f":"yes","g":"off","h":"2024-01-01","i":"1_000"}',
    ],
    "leaves what is quoted": [
      'a: "true"\nb: \'12\'\nc: "\\u4e2d\\n"\nd: v2.12.3\n',
      '{"a":"true","b":"12","c":"中\\n","d":"v2.12.3"}',
    ],
    "reads blocks of text": ["a: |\n  x\n   y\nb: >-\n  1\n  2\n", '{"a":"x\\n y\\n","b":"1 2"}'],
    "reads anchors and merges": [
      "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n",
      '{"a":{"b":1},"c":{"b":1},"d":{"b":1,"e":2}}',
    ],
    "reads documents one after the other": [
      "# one\na: 1\n---\nb: 2\n...\n---\nc: 3\n",
      '{"a":1}\n{"b":2}\n{"c":3}',
    ],
    "is nothing if there are only comments": ["# nothing\n", ""],
    "reads lines that end as in Windows": ["a: 1\r\nb:\r\n  c: x\r\n", '{"a":1,"b":{"c":"x"}}'],
    "begins with a mark of the byte order": ["\uFEFFa: 1\n", '{"a":1}'],
    "begins with a comment, and is JSON then": [
      '# from kubectl\n{"a": 12345678901234567890}',
      '{"a":12345678901234567890}',
    ],
    "stands between documents in JSON": ['{"a": 1}\n---\n{"b": [1]}\n', '{"a":1}\n{"b":[1]}'],
    "is written in one line": ["{allowedLag: patch, repair: true}", '{"allowedLag":"patch","repair":true}'],
    "makes texts of keys": ["1: a\ntrue: b\n", '{"1":"a","true":"b"}'],
    "has no key with a meaning of its own": ["__proto__: {x: 1}\nconstructor: 2\n", '{"__proto__":{"x":1},"constructor":2}'],
  };
  test.each(Object.entries(texts))("%s", (_, [text, json]) => {
    expect(translate(text)).toEqual({ json });
  });
});

describe("what cannot be read has a place", () => {
  const texts: Record<string, [string, object]> = {
    "a key given twice": [
      "a:\n  b: 1\n  b: 2\n",
      { message: "not valid YAML: duplicated mapping key", line: 3, column: 3 },
    ],
    "in the second document": [
      "a: 1\n---\nb: 2\nb: 3\n",
      { message: "not valid YAML: duplicated mapping key", line: 4, column: 1 },
    ],
    "below lines that end as in Windows": [
      "a: 1\r\nb: 1\r\na: 2\r\n",
      { message: "not valid YAML: duplicated mapping key", line: 3, column: 1 },
    ],
    "below a mark of the byte order": [
      "\uFEFFa: 1\na: 2\n",
      { message: "not valid YAML: duplicated mapping key", line: 2, column: 1 },
    ],
    "tabs": [
      "a:\n\tb: 1\n",
      { message: "not valid YAML: tab characters must not be used in indentation", line: 2, column: 1 },
    ],
    "a reserved sign": [
      "a: @x\n",
      { message: "not valid YAML: bad indentation of a mapping entry", line: 1, column: 4 },
    ],
    "behind characters of several bytes": [
      "名称: 集群\n显示: @x\n",
      { message: "not valid YAML: bad indentation of a mapping entry", line: 2, column: 5 },
    ],
    "a quote that is not closed": [
      'a: "b\nc: d\n',
      { message: "not valid YAML: deficient indentation", line: 2, column: 1 },
    ],
    "an alias without an anchor": [
      "a: 1\nb: *Foo\n",
      { message: 'not valid YAML: unidentified alias "Foo"', line: 2, column: 5 },
    ],
  };
  test.each(Object.entries(texts))("%s", (_, [text, expected]) => {
    expect(translate(text)).toEqual(expected);
  });
});

describe("what would exhaust the page is an error", () => {
  const letters = [..."bcdefghijk"];
  const unfolding = letters
    .map((letter, at) => `${letter}: &${letter} [${Array(9).fill(`*${"abcdefghij"[at]}`).join(",")}]`)
    .join("\n");
  const chain = Array.from({ length: 20_000 }, (_, at) => `- &a${at + 1} [*a${at}]`).join("\n");
  const merged = `a: &a {${Array.from({ length: 200 }, (_, at) => `k${at}: 1`).join(",")}}\n${letters
    .flatMap((letter) => Array.from({ length: 10 }, (_, at) => `${letter}${at}: {<<: *a}`))
    .join("\n")}`;
  const texts: Record<string, [string, object]> = {
    "aliases that unfold into a huge text": [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${unfolding}\n`,
      { message: "not valid YAML: the aliases make more than 1000000 characters of this text" },
    ],
    "a list in itself": [
      "a: &a\n  b: *a\n",
      { message: 'not valid YAML: alias "a" stands within what it names', line: 2, column: 7 },
    ],
    "lists in lists in lists": [
      `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`,
      { message: "not valid YAML: nesting exceeded maxDepth (120)", line: 1, column: 123 },
    ],
    "blocks in blocks in blocks": [
      `a:\n${Array.from({ length: 20_000 }, (_, at) => `${" ".repeat(at)}-`).join("\n").slice(0, 100_000)}`,
      { message: "not valid YAML: nesting exceeded maxDepth (120)", line: 121, column: 120 },
    ],
    "aliases of aliases of aliases": [
      `- &a0 x\n${chain}\n`,
      { message: "not valid YAML: the aliases nest values more than 120 deep" },
    ],
    "merges without an end": [
      merged,
      { message: "not valid YAML: merge keys exceeded maxTotalMergeKeys (10000)", line: 51, column: 6 },
    ],
  };
  test.each(Object.entries(texts))("%s", (_, [text, expected]) => {
    expect(translate(text)).toEqual(expected);
  });

  test("and not what is merely long, and uses an alias", () => {
    const text = `a: &a ${"x".repeat(2_000_000)}\nb: *a\n`;
    expect(translate(text)).toEqual({ json: `{"a":"${"x".repeat(2_000_000)}","b":"${"x".repeat(2_000_000)}"}` });
  });

  test("in JSON too", () => {
    const { results, errors } = evaluate({ objects: "[".repeat(200_000) });
    expect({ results, errors: errors.map(({ where, line }) => ({ where, line })) }).toEqual({
      results: [],
      errors: [{ where: "objects", line: 1 }],
    });
  });
});

test("the requests of all cases are in YAML what they are in JSON", () => {
  const differ = caseNames().filter((name) => {
    const { request } = readCase(name);
    const translation = translate(stringify(parse(request)));
    return !("json" in translation) || JSON.stringify(JSON.parse(translation.json)) !== JSON.stringify(parse(request));
  });
  expect(differ).toEqual([]);
});

test("a case in YAML is answered as in JSON", () => {
  const name = "repairs-object-with-large-numbers-floats-and-nulls";
  const { request, settings, response, answers } = readCase(name);
  // JSON is YAML too, once it does not begin like JSON.
  const translation = translate(`# a comment\n{"request": ${request}}`);
  const objects = "json" in translation ? translation.json : "";
  const report = evaluate({ objects, settings, lookups: answers });
  expect(report.results.map((result) => result.response)).toEqual([response]);
});
