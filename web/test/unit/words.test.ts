// Both languages say the same things, and there is something to say about every answer.

import { describe, expect, test } from "vitest";
import { evaluate, type Result } from "../../bindings/node/policy.js";
import { steps } from "../../src/explanation.js";
import { count, STANDINGS, standingOf } from "../../src/fleet/standing.js";
import { en } from "../../src/i18n/en.js";
import type { Sentence } from "../../src/i18n/sentence.js";
import { zh } from "../../src/i18n/zh.js";
import { caseNames, readCase } from "../support/cases.js";

const languages = { en, zh };

/** Every word of a language by its path: what it is, and how many things are put into it. */
function outline(words: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof value === "function") {
      found.set(at, "a function");
    } else if (typeof value === "string" || Array.isArray(value)) {
      found.set(at, Array.isArray(value) ? "a sentence" : "a text");
    } else {
      for (const [inner, what] of outline(value, at)) {
        found.set(inner, what);
      }
    }
  }
  return found;
}

function spoken(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === "string" ? part : `\`${part.code}\``)).join("");
}

const results: [string, Result][] = caseNames().flatMap((name) => {
  const { request, settings, answers } = readCase(name);
  const { results } = evaluate({ objects: `{"request": ${request}}`, settings, lookups: answers });
  return results.map((result): [string, Result] => [name, result]);
});

describe("the languages", () => {
  test("have the same words", () => {
    expect([...outline(zh)]).toEqual([...outline(en)]);
  });

  test("differ in all that is not a name", () => {
    // What is quoted in a sentence is the same in every language.
    const texts = (words: object): string[] =>
      Object.entries(words).flatMap(([key, value]) =>
        typeof value === "string" ? (key === "code" ? [] : [value]) : typeof value === "object" ? texts(value) : [],
      );
    const english = texts(en).filter((text) => /[A-Za-z]{3}/.test(text));
    const chinese = new Set(texts(zh));
    const names = ["rancher-agent-version-policy", "Rancher", "true", "false", "reject"];
    expect(english.filter((text) => chinese.has(text) && !names.includes(text))).toEqual([]);
  });
});

describe.each(Object.entries(languages))("an explanation in %s", (_, words) => {
  test("is there for every case, and without holes", () => {
    const broken = results.flatMap(([name, result]) => {
      const told = steps(result, words).map(spoken);
      const holes = told.filter((text) => text.trim() === "" || /undefined|null|NaN|\[object|``/.test(text));
      return told.length === 0 || holes.length > 0 ? [{ name, told }] : [];
    });
    expect(broken).toEqual([]);
  });
});

test("an explanation ends as the answer does", () => {
  const ends: Record<string, RegExp> = {
    accept: /accept/,
    warn: /accepted, with a warning|passes/,
    reject: /rejected|`fail`/,
    repair: /cleared.*accepted/,
    error: /error with code 500/,
  };
  const wrong = results
    .map(([name, result]) => ({ name, outcome: result.outcome, end: spoken(steps(result, en).at(-1) ?? []) }))
    .filter(({ outcome, end }) => !ends[outcome]?.test(end) || (outcome === "accept" && /warning|rejected/.test(end)));
  expect(wrong).toEqual([]);
});

test("an explanation names the image, how it was read and what it was compared with", () => {
  const silent = results.flatMap(([name, result]) => {
    const { explanation } = result;
    // The cluster `local` has no agent, so nothing of it is read.
    if (!explanation?.desired.image || result.response.code === 400 || result.name === "local") {
      return [];
    }
    const told = steps(result, en).map(spoken).join("\n");
    const { image, version } = explanation.desired.image;
    const missing = [image, version, explanation.server.version].filter(
      (text) => text !== undefined && !told.includes(text),
    );
    return missing.length > 0 ? [{ name, missing }] : [];
  });
  expect(silent).toEqual([]);
});

test("every case has a standing in the fleet, and they add up", () => {
  const all = results.map(([, result]) => result);
  const counts = count(all);
  expect([...counts.keys()]).toEqual([...STANDINGS]);
  expect([...counts.values()].reduce((sum, one) => sum + one, 0)).toBe(all.length);
  const named = (chosen: (result: Result) => boolean) =>
    results.filter(([, result]) => chosen(result)).map(([name]) => name);
  expect(named((result) => ["major", "minor", "patch", "build"].includes(standingOf(result)))).toEqual(
    named(
      ({ name, explanation }) =>
        name !== "local" &&
        explanation?.desired.because !== "malformed" &&
        [explanation?.desired.image, explanation?.deployed].some((image) => image?.verdict === "lagging"),
    ),
  );
});
