// Both languages say the same, and every answer has an explanation.

import { describe, expect, test } from "vitest";
import { evaluate, type Input, type Result } from "../../bindings/node/policy.js";
import { steps } from "../../src/explanation/steps.js";
import { verdictOf, VERDICTS } from "../../src/clusters/verdict.js";
import { en } from "../../src/i18n/en.js";
import type { Sentence } from "../../src/i18n/sentence.js";
import { zh } from "../../src/i18n/zh.js";
import type { Words } from "../../src/i18n/en.js";
import { caseNames, read, readCase } from "../support/cases.js";

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

/** The settings of a case, if it has any that can be read. */
function settingsOf(name: string): Record<string, unknown> {
  try {
    return JSON.parse(readCase(name).settings) ?? {};
  } catch {
    return {};
  }
}

const results: [string, Result][] = caseNames().flatMap((name) => {
  const { request, settings, answers } = readCase(name);
  const { results } = evaluate({ objects: `{"request": ${request}}`, settings, lookups: answers });
  return results.map((result): [string, Result] => [name, result]);
});

function told(result: Result, words: Words = en): string[] {
  return steps(result, words).map(spoken);
}

/** The cases for which something is wrong with what is told, and what. */
function wrong<T>(check: (told: string[], result: Result, name: string) => T | false | undefined): [string, T][] {
  return results.flatMap(([name, result]): [string, T][] => {
    const found = check(told(result), result, name);
    return found === false || found === undefined ? [] : [[name, found]];
  });
}

/** The answer to the request of a case, had it come from a user. */
function toUser(name: string): Result {
  const { request, settings, answers } = readCase(name);
  const asked = JSON.stringify({ ...JSON.parse(request), userInfo: { username: "user-55gsl" } });
  const [result] = evaluate({ objects: `{"request": ${asked}}`, settings, lookups: answers }).results;
  if (!result) throw new Error(`no answer to ${name}`);
  return result;
}

describe("the languages", () => {
  test("have the same words", () => {
    expect([...outline(zh)]).toEqual([...outline(en)]);
  });

  test("differ in everything but names", () => {
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
  test("exists for every case, and has no gaps", () => {
    const broken = results.flatMap(([name, result]) => {
      const sentences = told(result, words);
      const holes = sentences.filter((text) => text.trim() === "" || /undefined|null|NaN|\[object|``/.test(text));
      return sentences.length === 0 || holes.length > 0 ? [{ name, sentences }] : [];
    });
    expect(broken).toEqual([]);
  });

  test("says nothing twice", () => {
    const twice = results.flatMap(([name, result]) => {
      const sentences = told(result, words);
      return new Set(sentences).size < sentences.length ? [{ name, sentences }] : [];
    });
    expect(twice).toEqual([]);
  });

  test("says as much as in the other language", () => {
    const differ = results.filter(([, result]) => told(result, words).length !== told(result).length);
    expect(differ.map(([name]) => name)).toEqual([]);
  });
});

test("Chinese has its own punctuation, and one word for each term", () => {
  const said = results.flatMap(([, result]) => told(result, zh)).map((text) => text.replace(/`[^`]*`/g, "`"));
  expect(said.filter((text) => /[,.;:()]|。 /.test(text) || !text.endsWith("。"))).toEqual([]);
  expect(JSON.stringify(zh)).not.toMatch(/清除|人工操作|控制器/);
  expect(read("README.zh-CN.md")).not.toContain("清除");
});

test("an explanation ends as the answer does", () => {
  const ends: Record<string, RegExp> = {
    accept: /accept/,
    warn: /accepted, with a warning|passes/,
    reject: /rejected|`fail`/,
    repair: /cleared.*accepted/,
    error: /error with code 500/,
  };
  const bad = wrong((sentences, { outcome, response }) => {
    const end = sentences.at(-1) ?? "";
    const isWrong = !ends[outcome]?.test(end) || (outcome === "accept" && /warning|rejected/.test(end));
    return (isWrong || /code 400/.test(end) !== (response.code === 400)) && end;
  });
  expect(bad).toEqual([]);
});

test("an explanation names the image, how it was read and what it was compared with", () => {
  const silent = wrong((sentences, { explanation, lookups, response }) => {
    const isUnjudged = explanation && ["stale", "created-by-rancher"].includes(explanation.row);
    if (!explanation?.desired.image || response.code === 400 || isUnjudged) return undefined;
    const { server } = explanation;
    const { image, version } = explanation.desired.image;
    const isKnown = server.from === "setting" || lookups.includes("server-version");
    const missing = [image, version, isKnown ? server.version : undefined].filter(
      (text) => text !== undefined && !sentences.join("\n").includes(text),
    );
    return missing.length > 0 && missing;
  });
  expect(silent).toEqual([]);
});

test("the cause of each finding is named", () => {
  const missed = /^The policy cannot read|There is no Setting|Without the Setting/m;
  const causes: Record<string, RegExp> = {
    "desired-lagging": /^`.*(behind|than) .*Rancher `[^`]*`\.$/m,
    "deployed-lagging": /^The deployed image is .* (behind|than) /m,
    "deployed-ahead": /^The deployed image is .* is later than/m,
    "deployed-unknown": /^The deployed image is .* (no version to read|not a version|not a valid|cannot be compared)/m,
    "desired-tolerated": /which `allowedLag` allows/,
    "desired-ahead": /is later than Rancher/,
    "no-tag": /It has no tag/,
    "digest-only": /It has a digest and no tag/,
    "not-a-version": /Its tag .* is not a version|It is not a valid image reference/,
    "not-comparable": /cannot be compared with Rancher/,
    "server-not-a-version": /which cannot be compared|its Setting `server-version` is empty/,
    "setting-not-granted": missed,
    "setting-forbidden": missed,
    "setting-not-found": missed,
    "setting-unreadable": missed,
    "setting-lookup-failed": missed,
    "no-kubernetes-client": missed,
    "agent-image-setting-lagging": /Rancher itself deploys .*, which is .* Rancher\./,
    "agent-image-setting-ahead": /Rancher itself deploys .*, which is later than Rancher\./,
    "pinned-will-not-follow": /the image is pinned: it will not follow/,
    "fixed-will-not-follow": /the image is pinned: it will not follow/,
  };
  const unnamed = wrong((sentences, { explanation }) => {
    const text = sentences.join("\n");
    const missing = explanation?.findings.filter(({ reason, field }) =>
      reason === "malformed-field" ? !text.includes(`\`${field}\` is not `) : !causes[reason]?.test(text),
    );
    return missing && missing.length > 0 && missing.map(({ reason }) => reason);
  });
  expect(unnamed).toEqual([]);
});

test("every lookup is named, and nothing else is", () => {
  const bad = wrong((sentences, { explanation, lookups }) => {
    if (!explanation) return undefined;
    const text = sentences.join("\n");
    const names = {
      "server-version": /Setting `server-version`/.test(text) || text.includes("which cannot be compared"),
      "agent-image": text.includes("Setting `agent-image`"),
    };
    // Where Rancher has no such Setting, its version says all.
    const isMissing = (name: string) => name === "agent-image" && explanation.server.agentImageFault === "not-found";
    const differ = Object.entries(names).filter(
      ([name, isTold]) => isTold !== lookups.includes(name) && !(isMissing(name) && !isTold),
    );
    return differ.length > 0 && differ;
  });
  expect(bad).toEqual([]);
});

test("says that there is no objection only if nobody is told anything", () => {
  const bad = wrong((sentences, { explanation, requester }, name) => {
    if (!sentences.at(-1)?.includes("There is no objection")) return undefined;
    const told = requester === "service-account" ? toUser(name).response.warnings : undefined;
    return ((explanation?.findings.length ?? 0) > 0 || told !== undefined) && sentences;
  });
  expect(bad).toEqual([]);
});

test("users and audits are told what the explanation says they are", () => {
  const bad = wrong((sentences, { requester }, name) => {
    if (!sentences.at(-1)?.startsWith("Only users and audits")) return undefined;
    return (requester !== "service-account" || toUser(name).response.warnings === undefined) && sentences;
  });
  expect(bad).toEqual([]);
});

test("a setting has the value that the explanation names", () => {
  const defaults = { unknownVersion: "reject", deployedImage: "reject", ratcheting: true, repair: false };
  const bad = wrong((sentences, _, name) => {
    const settings: Record<string, unknown> = { ...defaults };
    for (const [key, value] of Object.entries(settingsOf(name))) {
      if (value !== "" && value !== null) settings[key] = value;
    }
    const named = sentences.join("\n").matchAll(/`(\w+)`? ?(?:is|:) `?(reject|warn|ignore|true|false)`/g);
    const untrue = [...named].filter(([, key = "", value]) => key in defaults && String(settings[key]) !== value);
    return untrue.length > 0 && untrue.map(([text]) => text);
  });
  expect(bad).toEqual([]);
});

test("with several causes of a rejection, the end names none as the only one", () => {
  const bad = wrong((sentences, { explanation }) => {
    const causes = new Set(explanation?.findings.filter(({ severity }) => severity === "reject").map(({ reason }) => reason));
    return causes.size > 1 && !/^(So it is rejected|This is an audit)/.test(sentences.at(-1) ?? "") && sentences;
  });
  expect(bad).toEqual([]);
});

test("says first that an UPDATE without an old object is judged as a CREATE", () => {
  const bad = wrong((sentences, { explanation, operation }) => {
    if (!explanation) return undefined;
    const isSaid = sentences.findIndex((text) => text.startsWith("There is no old object")) === 0;
    return isSaid !== (operation === "UPDATE" && !explanation.before) && sentences;
  });
  expect(bad).toEqual([]);
});

describe("what is out of scope", () => {
  const cluster = { group: "management.cattle.io", version: "v3", kind: "Cluster" };
  const request = { uid: "u", kind: cluster, resource: {}, operation: "UPDATE", name: "c-1", userInfo: { username: "admin" } };
  const object = { metadata: { name: "c-1" } };
  const deleted = { metadata: { name: "c-1", deletionTimestamp: "2026-01-01T00:00:00Z" } };
  const backup = { username: "system:serviceaccount:cattle-resources-system:rancher-backup" };
  const requests: Record<string, [object, RegExp]> = {
    "the cluster `local`": [{ name: "local", object: { metadata: { name: "local" } } }, /^This is Rancher's own cluster, `local`\./],
    "a deletion": [{ object, oldObject: deleted }, /^The cluster is being deleted/],
    "a restore": [{ object, oldObject: object, userInfo: backup }, /^rancher-backup restores the cluster/],
    "a subresource": [{ object, oldObject: object, subResource: "status" }, /^The policy does not judge requests for a subresource/],
    "another operation": [{ operation: "DELETE" }, /^The policy judges `CREATE` and `UPDATE` only/],
    "another kind": [{ object, oldObject: object, kind: { group: "", version: "v1", kind: "Pod" } }, /^This is not a Cluster of Rancher/],
  };
  const first = (more: object, count: number) => {
    const review = JSON.stringify({ request: { ...request, ...more } });
    const { results, errors } = evaluate({ objects: Array.from({ length: count }, () => review).join("\n") });
    expect(errors).toEqual([]);
    return results.map((result) => told(result)[0] ?? "");
  };

  test.each(Object.entries(requests))("%s is named, alone and among others", (_, [more, sentence]) => {
    const like = expect.stringMatching(sentence);
    expect([first(more, 1), first(more, 2)]).toEqual([[like], [like, like]]);
  });

  test("a request that cannot be read is not", () => {
    const [result] = evaluate({ objects: '{"request": {"uid": "u", "object": {}}}' }).results;
    expect(result && told(result)).toEqual([
      "The request cannot be read, so there is nothing to explain.",
      "So it is rejected, with code 400.",
    ]);
  });
});

test("warns about clearing a pin where the message advises it, and nowhere else", () => {
  const bad = wrong((sentences, { response, requester }) => {
    if (requester === "service-account" && response.message === undefined) return undefined;
    const isWarned = sentences.some((text) => text.startsWith("Without the pin, Rancher would deploy"));
    const said = /Rancher would deploy/.test(response.message ?? "");
    // A warning holds no advice, and so the explanation may say more.
    return response.message !== undefined && said !== isWarned && { message: response.message, sentences };
  });
  expect(bad).toEqual([]);
  expect(results.filter(([, { response }]) => response.message?.includes("Rancher would deploy")).length).toBeGreaterThan(0);
});

describe("what no case covers", () => {
  const cluster = (spec: object, status = {}) =>
    JSON.stringify({ apiVersion: "management.cattle.io/v3", kind: "Cluster", metadata: { name: "c-1" }, spec, status });
  const end = (input: Input) => {
    const [result] = evaluate(input).results;
    return result && steps(result, en).map(spoken).at(-1);
  };

  test("a deployed image that cannot be judged, of a new cluster", () => {
    const objects = cluster({}, { agentImage: "rancher/rancher-agent:v2.11.3" });
    expect(end({ objects, lookups: { "server-version": { error: "Forbidden" } } })).toBe(
      "A `CREATE` is not rejected for a deployed image that cannot be judged, so it is accepted, with a warning.",
    );
  });

  test.each([
    ["fixed", "The cluster used Rancher's own image before"],
    ["rancher/rancher-agent:v2.12-head", "Nothing shows that the previous image lagged"],
    ["rancher/rancher-agent:v2.12.3", "The previous image did not lag"],
  ])("a lagging pin after %s", (before, why) => {
    const objects = cluster({ desiredAgentImage: "rancher/rancher-agent:v2.11.3" });
    const oldObject = cluster({ desiredAgentImage: before });
    expect(end({ objects, oldObject, settings: '{"serverVersion": "v2.12.3"}' })).toBe(`${why}, so it is rejected.`);
  });
});

test("every case has a verdict of the cluster list, and an audit the one in its annotations", () => {
  const verdicts = new Set(results.map(([, result]) => verdictOf(result)));
  expect(VERDICTS.filter((verdict) => !verdicts.has(verdict))).toEqual([]);
  const differ = results.filter(([, result]) => {
    const annotated = result.response.audit_annotations?.["verdict"];
    return annotated !== undefined && annotated !== verdictOf(result);
  });
  expect(differ.map(([name]) => name)).toEqual([]);
});

// Sentences that many explanations below share.
const GIVEN = "Rancher's version is `v2.12.3`, from the policy's setting `serverVersion`.";
const LOOKED_UP = "Rancher's version is `v2.12.3`, from its Setting `server-version`.";
const BEHIND = "`2.11.3` is one minor version behind Rancher `v2.12.3`.";
const CHANGES = "The request changes the image.";
const LEAVES = "The request leaves the image unchanged.";
const SILENTLY = "Only users and audits are told of this, so the request is accepted silently.";
const FOLLOWS = "No image is pinned: the cluster follows Rancher and gets the agent image of the server.";
const CURRENT = "`2.12.3` is the version of Rancher `v2.12.3`: it is current.";
const pins = (tag: string) => [
  `\`spec.desiredAgentImage\` is set, so Rancher deploys exactly this image: \`rancher/rancher-agent:${tag}\`.`,
  `Its tag \`${tag}\` is read as version \`${tag.slice(1)}\`.`,
];

const english: Record<string, string[]> = {
  // The deployed image against the expected one.
  "accepts-audit-of-dummy-as-deployed-image": [
    FOLLOWS,
    LOOKED_UP,
    "Rancher itself deploys `rancher/rancher-agent:v2.12.3` (its Setting `agent-image`).",
    "The deployed image is `dummy`, which is not the expected one. It has no tag, so there is no version to read.",
    "A deployed image that is ahead or unknown is never a reason to reject.",
    "This is an audit of an existing cluster: it passes, and the report contains the message.",
  ],
  "accepts-audit-while-agent-image-is-ahead": [
    FOLLOWS,
    "Rancher's version is `v2.12.4`, from its Setting `server-version`.",
    "Rancher itself deploys `rancher/rancher-agent:v2.13.1` (its Setting `agent-image`), which is later than Rancher.",
    "The deployed image is `rancher/rancher-agent:v2.13.1`, as expected. `2.13.1` is later than Rancher `v2.12.4`.",
    "This is an audit of an existing cluster: it passes, and the report contains the message.",
  ],
  // Advice that would move the agent back, or past the server.
  "changed-to-unknown::no-advice-to-step-back": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.12.3`.",
    CHANGES,
    ...pins("v2.12-head"),
    LOOKED_UP,
    "Rancher itself deploys `rancher/rancher-agent:v2.11.3` (its Setting `agent-image`), which is one minor version behind Rancher.",
    "`2.12-head` cannot be compared with Rancher `v2.12.3`.",
    "Without the pin, Rancher would deploy `rancher/rancher-agent:v2.11.3`, which is older. Its Setting `agent-image` has to be corrected before the pin is cleared.",
    "`unknownVersion` is `reject`, so it is rejected.",
  ],
  "current-or-follows::current-pin-audit-while-agent-image-is-ahead": [
    ...pins("v2.12.4"),
    "Rancher's version is `v2.12.4`, from its Setting `server-version`.",
    "Rancher itself deploys `rancher/rancher-agent:v2.13.1` (its Setting `agent-image`), which is later than Rancher.",
    "`2.12.4` is the version of Rancher `v2.12.4`: it is current.",
    "The deployed image is `rancher/rancher-agent:v2.12.4`, as expected.",
    "But the image is pinned: it will not follow the next upgrade.",
    "Without the pin, Rancher would deploy `rancher/rancher-agent:v2.13.1`, which is later than Rancher itself. Its Setting `agent-image` has to be corrected before the pin is cleared.",
    "This is an audit of an existing cluster: it passes, and the report contains the message.",
  ],
  // Rancher's own creations.
  "created-by-rancher::needs-no-lookup": [
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.12.3`.",
    "Rancher provisioned this cluster and writes its image itself.",
    "Rancher itself creates a cluster that it provisioned, so the request is accepted without a lookup. If the image is old, Rancher replaces it with its own.",
  ],
  // Each malformed field is named.
  "bad-input::malformed-desired-hidden-under-override-create": [
    "`spec.agentImageOverride` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.12.3`.",
    "`spec.desiredAgentImage` is not a string.",
    "So it is rejected, with code 400.",
  ],
  "bad-input::desired-changed-to-malformed-hidden-under-override": [
    "Before this request, `spec.agentImageOverride` was `rancher/rancher-agent:v2.12.3`.",
    LEAVES,
    "`spec.agentImageOverride` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.12.3`.",
    "`spec.desiredAgentImage` is not a string.",
    "So it is rejected, with code 400.",
  ],
  "bad-input::both-fields-malformed-create": [
    "`spec.agentImageOverride` is not a string, so it does not name an image.",
    "`spec.desiredAgentImage` is not a string.",
    "Findings: `malformed-field` (rejects), `malformed-field` (rejects).",
    "So it is rejected, with code 400.",
  ],
  // Rancher's own `agent-image` lags.
  "agent-image-setting-differs::create-of-following-cluster": [
    FOLLOWS,
    LOOKED_UP,
    "Rancher itself deploys `rancher/rancher-agent:v2.11.3` (its Setting `agent-image`), which is one minor version behind Rancher.",
    "So it is accepted, with a warning.",
  ],
  "agent-image-setting-differs::audit-of-following-cluster": [
    "`spec.desiredAgentImage` is `fixed`: Rancher writes its image of today there.",
    LOOKED_UP,
    "Rancher itself deploys `rancher/rancher-agent:v2.11.3` (its Setting `agent-image`), which is one minor version behind Rancher.",
    "But the image is pinned: it will not follow the next upgrade.",
    "Findings: `agent-image-setting-lagging` (warns), `fixed-will-not-follow` (warns).",
    "This is an audit of an existing cluster: it passes, and the report contains the message.",
  ],
  // What is known of the image before.
  "bad-input::lagging-pin-after-malformed-one": [
    "Before this request, `spec.desiredAgentImage` was not a string.",
    CHANGES,
    ...pins("v2.11.3"),
    GIVEN,
    BEHIND,
    "Nothing shows that the previous image lagged, so it is rejected.",
  ],
  "changed-to-lagging::lag-after-unreadable-pin-by-user": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:latest`.",
    CHANGES,
    ...pins("v2.11.3"),
    GIVEN,
    BEHIND,
    "Nothing shows that the previous image lagged, so it is rejected.",
  ],
  "changed-to-lagging::of-following-cluster-by-service-account": [
    "Before this request, the cluster followed Rancher.",
    CHANGES,
    "`spec.agentImageOverride` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.11.3`.",
    "Its tag `v2.11.3` is read as version `2.11.3`.",
    GIVEN,
    BEHIND,
    "The cluster followed Rancher before, so it is rejected.",
  ],
  "changed-to-lagging::by-user-on-administrated-cluster": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.12.3`.",
    CHANGES,
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.11.3`.",
    "Rancher provisioned this cluster and writes its image itself.",
    "Its tag `v2.11.3` is read as version `2.11.3`.",
    GIVEN,
    BEHIND,
    "The deployed image is `rancher/rancher-agent:v2.12.3`. An `UPDATE` that changes the desired image does not depend on it.",
    "The previous image did not lag, so it is rejected.",
  ],
  "rejects-more-lag-by-user": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.11.3`.",
    CHANGES,
    ...pins("v2.10.3"),
    GIVEN,
    "`2.10.3` is 2 minor versions behind Rancher `v2.12.3`.",
    "The image lags more than the previous one, so it is rejected.",
  ],
  "warns-of-less-lag-by-user": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.10.3`.",
    CHANGES,
    ...pins("v2.11.3"),
    GIVEN,
    BEHIND,
    "The previous image lagged more, so it is accepted, with a warning.",
  ],
  // No image reference.
  "desired-unknown::reference-with-a-version-behind-its-at-sign": [
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.11.3@v2.12.3`.",
    "It is not a valid image reference.",
    GIVEN,
    "`unknownVersion` is `reject`, so it is rejected.",
  ],
  // Nothing contradicts itself.
  "unchanged-by-service-account::empty-to-fixed": [
    "Before this request, the cluster followed Rancher.",
    "The request writes `fixed` there.",
    "`spec.desiredAgentImage` is `fixed`: Rancher writes its image of today there.",
    "The cluster uses Rancher's own image before and after the request, so it is accepted.",
  ],
  "bad-input::desired-changed-from-one-malformed-to-another": [
    "Before this request, `spec.desiredAgentImage` was not a string.",
    "The request changes the field.",
    "`spec.desiredAgentImage` is not a string, so it does not name an image.",
    "So it is rejected, with code 400.",
  ],
  "bad-input::cleared-override-over-unchanged-malformed-field": [
    "Before this request, `spec.agentImageOverride` was `rancher/rancher-agent:v2.11.3`.",
    "The request changes what decides the image.",
    "`spec.desiredAgentImage` is not a string, so it does not name an image.",
    "That field was malformed before and is unchanged, so the request is accepted.",
  ],
  // `spec` is an object.
  "bad-input::create-with-spec-of-type-text": [
    "`spec` is not an object, so it does not name an image.",
    "So it is rejected, with code 400.",
  ],
  "bad-input::lagging-pin-after-spec-odd": [
    "Before this request, `spec` was not an object.",
    CHANGES,
    ...pins("v2.11.3"),
    GIVEN,
    BEHIND,
    "Nothing shows that the previous image lagged, so it is rejected.",
  ],
  // Only what was asked is told.
  "unchanged-by-user::current-cluster-live": [
    "Before this request, the cluster followed Rancher.",
    LEAVES,
    FOLLOWS,
    LOOKED_UP,
    "The deployed image is `rancher/rancher-agent:v2.12.3`. `2.12.3` is the version of Rancher `v2.12.3`: it is current.",
    "There is no objection, so it is accepted.",
  ],
  "lookups::custom-pin-unchanged-needs-no-agent-image": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:custom`.",
    LEAVES,
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:custom`.",
    "Its tag `custom` is not a version.",
    LOOKED_UP,
    "The request leaves it unchanged, so it is accepted.",
  ],
  "accepts-unchanged-lagging-pin-by-rancher": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.11.3`.",
    LEAVES,
    ...pins("v2.11.3"),
    "The deployed image is `rancher/rancher-agent:v2.11.3`. An `UPDATE` by a service account does not depend on it.",
    "A service account leaves the image unchanged, so the request is accepted without a lookup.",
  ],
  // The step that decides is there.
  "changed-no-worse::less-lag-by-service-account": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.10.3`.",
    CHANGES,
    ...pins("v2.11.3"),
    GIVEN,
    BEHIND,
    "The previous image lagged more.",
    SILENTLY,
  ],
  "server-unknown::change-by-service-account-forbidden": [
    "Before this request, the cluster followed Rancher.",
    CHANGES,
    ...pins("v2.11.3"),
    "The policy cannot read Rancher's Setting `server-version`: RBAC forbids it to policy-server.",
    "No version of Rancher is known to compare `2.11.3` with.",
    "An `UPDATE` is not rejected for what is not known about Rancher.",
    SILENTLY,
  ],
  "current-or-follows::current-pin-audit": [
    ...pins("v2.12.3"),
    GIVEN,
    CURRENT,
    "The deployed image is `rancher/rancher-agent:v2.12.3`, as expected.",
    "But the image is pinned: it will not follow the next upgrade.",
    "This is an audit of an existing cluster: it passes, and the report contains the message.",
  ],
  "desired-unknown::trunk-audit-if-warn-live": [
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:head`.",
    "Its tag `head` is read as version `head`.",
    LOOKED_UP,
    "Rancher itself deploys `rancher/rancher-agent:v2.12.3` (its Setting `agent-image`).",
    "`head` cannot be compared with Rancher `v2.12.3`.",
    "`unknownVersion` is `warn`.",
    "This is an audit of an existing cluster: it passes, and the report contains the message.",
  ],
  "deployed-lags::deployed-lag-audit-if-warn": [
    FOLLOWS,
    GIVEN,
    "The deployed image is `rancher/rancher-agent:v2.11.3`. `2.11.3` is one minor version behind Rancher `v2.12.3`.",
    "The deployed image lags, and `deployedImage` is `warn`.",
    "This is an audit of an existing cluster: it passes, and the report contains the message.",
  ],
  "rejects-deployed-lag-with-null-old-object": [
    "There is no old object, so the `UPDATE` is judged as a `CREATE`.",
    FOLLOWS,
    GIVEN,
    "The deployed image is `rancher/rancher-agent:v2.11.3`. `2.11.3` is one minor version behind Rancher `v2.12.3`.",
    "The deployed image lags, and `deployedImage` is `reject`, so it is rejected.",
  ],
  "deployed-lags::deployed-lag-audit": [
    FOLLOWS,
    GIVEN,
    "The deployed image is `rancher/rancher-agent:v2.11.3`. `2.11.3` is one minor version behind Rancher `v2.12.3`.",
    "The deployed image lags, and `deployedImage` is `reject`.",
    "This is an audit of an existing cluster: the report says `fail`.",
  ],
  "desired-lags::override-of-administrated-cluster": [
    "`spec.agentImageOverride` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.11.3`.",
    "Rancher provisioned this cluster and writes its image itself.",
    "Its tag `v2.11.3` is read as version `2.11.3`.",
    GIVEN,
    BEHIND,
    "The deployed image is `rancher/rancher-agent:v2.11.3`, as expected.",
    "The cluster is new, so it is rejected.",
  ],
  "changed-no-worse::less-lag-by-user-if-strict": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.10.3`.",
    CHANGES,
    ...pins("v2.11.3"),
    GIVEN,
    BEHIND,
    "With `ratcheting: false`, a request is rejected as long as the image lags, even if it changes nothing or improves it.",
  ],
  "current-or-follows::deployed-lag-audit-if-ignored": [
    FOLLOWS,
    "The deployed image is `rancher/rancher-agent:v2.11.3`. `deployedImage` is `ignore`, so it does not count.",
    "The cluster follows Rancher, so it is accepted.",
  ],
  "deployed-lags::unknown-pin-and-deployed-lag-in-one-audit": [
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:custom`.",
    "Its tag `custom` is not a version.",
    GIVEN,
    "The deployed image is `rancher/rancher-agent:v2.10.3`, which is not the expected one. `2.10.3` is 2 minor versions behind Rancher `v2.12.3`.",
    "Findings: `not-a-version` (rejects), `deployed-lagging` (rejects).",
    "`unknownVersion` is `reject`.",
    "The deployed image lags, and `deployedImage` is `reject`.",
    "This is an audit of an existing cluster: the report says `fail`.",
  ],
  // Ends that are true.
  "repair::not-unchanged-ahead-pin-by-service-account": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.13.0`.",
    LEAVES,
    ...pins("v2.13.0"),
    LOOKED_UP,
    "`2.13.0` is later than Rancher `v2.12.3`.",
    "The request leaves it unchanged, so it is accepted.",
  ],
  "unchanged-by-user::pin-ahead": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.13.0`.",
    LEAVES,
    ...pins("v2.13.0"),
    GIVEN,
    "`2.13.0` is later than Rancher `v2.12.3`.",
    "The deployed image is `rancher/rancher-agent:v2.13.0`, as expected.",
    "The request leaves it unchanged, so it is accepted.",
  ],
  "current-or-follows::fixed-by-service-account": [
    "`spec.desiredAgentImage` is `fixed`: Rancher writes its image of today there.",
    "But the image is pinned: it will not follow the next upgrade.",
    SILENTLY,
  ],
  "current-or-follows::current-pin-by-service-account": [
    ...pins("v2.12.3"),
    GIVEN,
    CURRENT,
    "But the image is pinned: it will not follow the next upgrade.",
    SILENTLY,
  ],
  "repinned-by-rancher::repin-that-drops-the-annotation": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.12.3`.",
    CHANGES,
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.11.3`.",
    "Rancher provisioned this cluster and writes its image itself.",
    "Its tag `v2.11.3` is read as version `2.11.3`.",
    GIVEN,
    BEHIND,
    "A service account changes an image that Rancher manages. The change counts as Rancher's own, so it is accepted.",
  ],
  "changed-no-worse::unordered-lag-by-service-account-live": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.11.1-hotfix-02c3.1`.",
    CHANGES,
    ...pins("v2.11.1-hotfix-a3c0.1"),
    LOOKED_UP,
    "Rancher itself deploys `rancher/rancher-agent:v2.12.3` (its Setting `agent-image`).",
    "`2.11.1-hotfix-a3c0.1` is one minor version behind Rancher `v2.12.3`.",
    "The previous image lagged too, and nothing shows that this one lags more.",
    SILENTLY,
  ],
  "changed-no-worse::same-lag-from-another-registry-by-user": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.11.3`.",
    CHANGES,
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `registry.rancher.com/rancher/rancher-agent:v2.11.3-amd64`.",
    "Its tag `v2.11.3-amd64` is read as version `2.11.3`.",
    GIVEN,
    BEHIND,
    "The previous image lagged too, and nothing shows that this one lags more, so it is accepted, with a warning.",
  ],
  "bad-input::following-after-malformed-desired": [
    "Before this request, `spec.desiredAgentImage` was not a string.",
    "The request hands the image back to Rancher.",
    FOLLOWS,
    "The cluster now uses Rancher's own image, so the request is accepted.",
  ],
  // What a sentence refers to.
  "repair::conflicting-resource-version-as-it-is": [
    "Before this request, `spec.desiredAgentImage` was `rancher/rancher-agent:v2.12.3`.",
    CHANGES,
    "`spec.desiredAgentImage` is set, so Rancher deploys exactly this image: `rancher/rancher-agent:v2.11.3`.",
    "The `resourceVersion` of the object is not that of the old object. With `repair: true`, such a request is accepted without a repair: the API server answers it with 409.",
  ],
  "server-unknown::audit-of-deployed-lag-agent-image-not-granted": [
    FOLLOWS,
    LOOKED_UP,
    "The policy cannot read Rancher's Setting `agent-image`: `contextAwareResources` does not grant it access to Settings.",
    "The deployed image is `rancher/rancher-agent:v2.11.3`. Without the Setting `agent-image`, it is not known whether Rancher itself deploys `2.11.3`.",
    "The policy cannot reach a verdict without what is not known about Rancher, and `unknownVersion` is `reject`: the answer is an error with code 500.",
  ],
  "repair::not-lagging-create-where-deployed-lags-too": [
    ...pins("v2.11.3"),
    GIVEN,
    BEHIND,
    "The deployed image is `rancher/rancher-agent:v2.10.3`. `2.10.3` is 2 minor versions behind Rancher `v2.12.3`.",
    "Findings: `desired-lagging`, `deployed-lagging` (rejects).",
    "A rejected request is not repaired.",
    "The deployed image lags, and `deployedImage` is `reject`, so it is rejected.",
  ],
  "rejects-create-with-null-object": [
    "The request cannot be read, so there is nothing to explain.",
    "So it is rejected, with code 400.",
  ],
  // The trunk.
  "desired-lags::line-head-under-trunk": [
    ...pins("v2.12-head"),
    "Rancher's version is `main-a2ff78325d1768b0a52fa65a88c00a1f3cddace5-head`, from the policy's setting `serverVersion`.",
    "`2.12-head` is earlier than the trunk build of Rancher `main-a2ff78325d1768b0a52fa65a88c00a1f3cddace5-head`.",
    "The cluster is new, so it is rejected.",
  ],
};

const chinese: Record<string, string[]> = {
  "accepts-audit-of-dummy-as-deployed-image": [
    "没有固定镜像：集群跟随 Rancher，使用服务器的 agent 镜像。",
    "Rancher 的版本是 `v2.12.3`，来自它的 Setting `server-version`。",
    "Rancher 自己部署 `rancher/rancher-agent:v2.12.3`（Setting `agent-image`）。",
    "已部署的镜像是 `dummy`，不是预期的镜像。没有标签，因此读不出版本。",
    "已部署的镜像超前或未知，从不构成拒绝的理由。",
    "这是对已有集群的审计：通过，报告中会写入该消息。",
  ],
  "changed-to-unknown::no-advice-to-step-back": [
    "此请求之前，`spec.desiredAgentImage` 的值是 `rancher/rancher-agent:v2.12.3`。",
    "请求改变了镜像。",
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.12-head`。",
    "标签 `v2.12-head` 解析为版本 `2.12-head`。",
    "Rancher 的版本是 `v2.12.3`，来自它的 Setting `server-version`。",
    "Rancher 自己部署 `rancher/rancher-agent:v2.11.3`（Setting `agent-image`），与 Rancher 相比落后 1 个次要版本。",
    "`2.12-head` 无法与 Rancher `v2.12.3` 比较。",
    "如果不再固定镜像，Rancher 会部署 `rancher/rancher-agent:v2.11.3`，那是更早的镜像。清空固定的镜像之前，必须先更正它的 Setting `agent-image`。",
    "`unknownVersion` 为 `reject`，因此拒绝。",
  ],
  "created-by-rancher::needs-no-lookup": [
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.12.3`。",
    "该集群由 Rancher 置备，镜像由 Rancher 自己写入。",
    "Rancher 自己创建由它置备的集群，因此不作查询，直接接受。镜像若过旧，Rancher 会换成自己的镜像。",
  ],
  "bad-input::both-fields-malformed-create": [
    "`spec.agentImageOverride` 不是字符串，没有指定镜像。",
    "`spec.desiredAgentImage` 不是字符串。",
    "发现：`malformed-field`（拒绝）、`malformed-field`（拒绝）。",
    "因此拒绝，代码为 400。",
  ],
  "bad-input::lagging-pin-after-spec-odd": [
    "此请求之前，`spec` 不是对象。",
    "请求改变了镜像。",
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.11.3`。",
    "标签 `v2.11.3` 解析为版本 `2.11.3`。",
    "Rancher 的版本是 `v2.12.3`，来自策略的设置 `serverVersion`。",
    "与 Rancher `v2.12.3` 相比，`2.11.3` 落后 1 个次要版本。",
    "没有迹象表明之前的镜像落后，因此拒绝。",
  ],
  "desired-unknown::reference-with-a-version-behind-its-at-sign": [
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.11.3@v2.12.3`。",
    "不是有效的镜像引用。",
    "Rancher 的版本是 `v2.12.3`，来自策略的设置 `serverVersion`。",
    "`unknownVersion` 为 `reject`，因此拒绝。",
  ],
  "unchanged-by-service-account::empty-to-fixed": [
    "此请求之前，集群跟随 Rancher。",
    "请求在此写入 `fixed`。",
    "`spec.desiredAgentImage` 的值是 `fixed`：Rancher 会在此写入当前的镜像。",
    "前后使用的都是 Rancher 自己的镜像，因此接受。",
  ],
  "bad-input::cleared-override-over-unchanged-malformed-field": [
    "此请求之前，`spec.agentImageOverride` 的值是 `rancher/rancher-agent:v2.11.3`。",
    "请求改变了决定镜像的内容。",
    "`spec.desiredAgentImage` 不是字符串，没有指定镜像。",
    "该字段原来就不是字符串，没有改变，因此接受。",
  ],
  "deployed-lags::unknown-pin-and-deployed-lag-in-one-audit": [
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:custom`。",
    "标签 `custom` 不是版本。",
    "Rancher 的版本是 `v2.12.3`，来自策略的设置 `serverVersion`。",
    "已部署的镜像是 `rancher/rancher-agent:v2.10.3`，不是预期的镜像。与 Rancher `v2.12.3` 相比，`2.10.3` 落后 2 个次要版本。",
    "发现：`not-a-version`（拒绝）、`deployed-lagging`（拒绝）。",
    "`unknownVersion` 为 `reject`。",
    "已部署的镜像落后，而 `deployedImage` 为 `reject`。",
    "这是对已有集群的审计：报告结果为 `fail`。",
  ],
  "repinned-by-rancher::repin-that-drops-the-annotation": [
    "此请求之前，`spec.desiredAgentImage` 的值是 `rancher/rancher-agent:v2.12.3`。",
    "请求改变了镜像。",
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.11.3`。",
    "该集群由 Rancher 置备，镜像由 Rancher 自己写入。",
    "标签 `v2.11.3` 解析为版本 `2.11.3`。",
    "Rancher 的版本是 `v2.12.3`，来自策略的设置 `serverVersion`。",
    "与 Rancher `v2.12.3` 相比，`2.11.3` 落后 1 个次要版本。",
    "服务账号修改了由 Rancher 管理的镜像。这视为 Rancher 自己的修改，因此接受。",
  ],
  "changed-no-worse::unordered-lag-by-service-account-live": [
    "此请求之前，`spec.desiredAgentImage` 的值是 `rancher/rancher-agent:v2.11.1-hotfix-02c3.1`。",
    "请求改变了镜像。",
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.11.1-hotfix-a3c0.1`。",
    "标签 `v2.11.1-hotfix-a3c0.1` 解析为版本 `2.11.1-hotfix-a3c0.1`。",
    "Rancher 的版本是 `v2.12.3`，来自它的 Setting `server-version`。",
    "Rancher 自己部署 `rancher/rancher-agent:v2.12.3`（Setting `agent-image`）。",
    "与 Rancher `v2.12.3` 相比，`2.11.1-hotfix-a3c0.1` 落后 1 个次要版本。",
    "之前的镜像也落后，没有迹象表明现在的更落后。",
    "这一点只提示给用户和审计，因此直接接受，不作提示。",
  ],
  "server-unknown::audit-of-deployed-lag-agent-image-not-granted": [
    "没有固定镜像：集群跟随 Rancher，使用服务器的 agent 镜像。",
    "Rancher 的版本是 `v2.12.3`，来自它的 Setting `server-version`。",
    "策略无法读取 Rancher 的 Setting `agent-image`：`contextAwareResources` 没有授权它读取 Setting。",
    "已部署的镜像是 `rancher/rancher-agent:v2.11.3`。没有 Setting `agent-image`，就无法知道 Rancher 自己是否部署 `2.11.3`。",
    "缺少 Rancher 的信息，无法得出结论，而 `unknownVersion` 为 `reject`：答复是代码为 500 的错误。",
  ],
  "desired-lags::line-head-under-trunk": [
    "`spec.desiredAgentImage` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.12-head`。",
    "标签 `v2.12-head` 解析为版本 `2.12-head`。",
    "Rancher 的版本是 `main-a2ff78325d1768b0a52fa65a88c00a1f3cddace5-head`，来自策略的设置 `serverVersion`。",
    "与 Rancher `main-a2ff78325d1768b0a52fa65a88c00a1f3cddace5-head` 相比，`2.12-head` 早于主干构建。",
    "这是新集群，因此拒绝。",
  ],
  "changed-to-lagging::of-following-cluster-by-service-account": [
    "此请求之前，集群跟随 Rancher。",
    "请求改变了镜像。",
    "`spec.agentImageOverride` 已设置，因此 Rancher 只部署这个镜像：`rancher/rancher-agent:v2.11.3`。",
    "标签 `v2.11.3` 解析为版本 `2.11.3`。",
    "Rancher 的版本是 `v2.12.3`，来自策略的设置 `serverVersion`。",
    "与 Rancher `v2.12.3` 相比，`2.11.3` 落后 1 个次要版本。",
    "之前集群跟随 Rancher，因此拒绝。",
  ],
};

describe.each([
  ["English", en, english],
  ["Chinese", zh, chinese],
])("whole explanations in %s", (_, words, expected) => {
  test.each(Object.entries(expected))("%s", (name, sentences) => {
    expect(results.filter(([of]) => of === name).flatMap(([, result]) => told(result, words))).toEqual(sentences);
  });
});
