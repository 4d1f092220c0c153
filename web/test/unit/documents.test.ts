// The documents of a text of JSON, and the objects in them.

import { expect, test } from "vitest";
import { documents, inOneLine, objects } from "../../src/copy/documents.js";

test("documents keep their text, and brackets in strings do not count", () => {
  expect(documents(' {"a": "}\\"{", "b": [1.0, {}]}\n[2]{}')).toEqual(['{"a": "}\\"{", "b": [1.0, {}]}', "[2]", "{}"]);
});

test("objects are found in Lists and arrays, and nowhere else", () => {
  const text = '{"kind": "List", "items": [{"kind": "A"}, null, 7, [{"kind": "B"}]]} [{"items": [{"kind": "C"}]}, "x"] {"items": {"kind": "D"}}';
  expect(objects(text)).toEqual([{ kind: "A" }, { kind: "B" }, { kind: "C" }, { items: { kind: "D" } }]);
});

test("on one line, quoted text is kept", () => {
  expect(inOneLine('{\n  "a b": "c  d",\t"e": [1, 2]\r\n}')).toBe('{"a b":"c  d","e":[1,2]}');
});

test("a text may be as long as a file", () => {
  const long = `"${"x".repeat(2e7)}"`;
  expect(documents(`{"a": ${long}}`).map((document) => document.length)).toEqual([long.length + 7]);
  expect(inOneLine(`[ ${long} ]`).length).toBe(long.length + 2);
});
