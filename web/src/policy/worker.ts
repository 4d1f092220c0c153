import load, { evaluate } from "../../bindings/web/policy.js";
import module from "../../bindings/web/policy_bg.wasm?url";
import type { Input, InputError, Report } from "../../bindings/web/policy.js";
import { objects } from "../copy/documents.js";
import { translate, type Translation } from "./input.js";
import { PLACES, WHERE, type Answer, type Asked, type Evaluation, type Place, type Question, type Texts } from "./question.js";

const loaded = load({ module_or_path: module });

/** The last translation of each text: most questions change one of the four. */
const known = new Map<Place, { text: string; translation: Translation }>();

function translated(place: Place, text: string): Translation {
  const last = known.get(place);
  if (last?.text === text) return last.translation;
  const translation = translate(text);
  known.set(place, { text, translation });
  return translation;
}

/** All four texts in JSON, those that cannot be read as nothing, and why they cannot. */
function readable(texts: Texts): { json: Texts; errors: InputError[] } {
  const json: Texts = { object: "", old: "", settings: "", rancher: "" };
  const errors: InputError[] = [];
  for (const place of PLACES) {
    const translation = translated(place, texts[place]);
    if ("json" in translation) json[place] = translation.json;
    else errors.push({ where: WHERE[place], ...translation });
  }
  return { json, errors };
}

function put(json: Texts, requester: Asked): Report {
  const input: Input = { objects: json.object, settings: json.settings, rancher: json.rancher };
  if (json.old.trim() !== "") input.oldObject = json.old;
  if (requester !== "auto") return evaluate({ ...input, requester });
  const report = evaluate({ ...input, requester: "person" });
  return report.results.length > 1 ? evaluate({ ...input, requester: "audit" }) : report;
}

function evaluated(texts: Texts, requester: Asked): Evaluation {
  const start = performance.now();
  const { json, errors } = readable(texts);
  const report = put(json, requester);
  const milliseconds = performance.now() - start;
  report.errors.forEach((error) => inCharacters(error, json));
  if (errors.length > 0) {
    report.results = [];
    report.errors.unshift(...errors);
  }
  const oldUnused = json.old.trim() !== "" && isOldUnused(report, json, errors);
  // The page shows what changes. The whole objects would be the greatest part of the answer.
  for (const result of report.results) delete result.response.mutated_object;
  const settings = settingsOf(json.settings);
  return { report, milliseconds, oldUnused, ...(settings ? { settings } : {}) };
}

/** An old object belongs to a single Cluster of its name; with any other it is an error. */
function isOldUnused(report: Report, json: Texts, errors: InputError[]): boolean {
  const [result, second] = report.results;
  if (errors.length > 0 || !result) return false;
  const isReview = objects(json.object).some(({ request, operation }) => request ?? operation);
  if (result.requester === "audit" || (isReview && !second)) return true;
  const name = objects(json.old)[0]?.metadata?.name ?? "";
  if (!second && name === result.name) return false;
  const message = second
    ? "an old object can be given for a single Cluster only"
    : `the old object is \`${name}\`, and the object is \`${result.name}\``;
  report.results = [];
  report.errors.push({ where: "oldObject", message });
  return false;
}

/** The module counts bytes, and a line that ends too early from 0. People count characters. */
function inCharacters(error: InputError, json: Texts): void {
  const place = PLACES.find((place) => WHERE[place] === error.where);
  if (place === undefined || error.line === undefined || error.column === undefined) return;
  const line = json[place].split("\n", error.line)[error.line - 1] ?? "";
  const bytes = new TextEncoder().encode(line).slice(0, error.column);
  error.column = Math.max(new TextDecoder().decode(bytes).length, 1);
}

function settingsOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = json.trim() === "" ? {} : JSON.parse(json);
    if (value === null) return {};
    return typeof value === "object" && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function answer(question: Question): Answer {
  switch (question.kind) {
    case "evaluate":
      return { kind: "evaluated", number: question.number, evaluation: evaluated(question.texts, question.requester) };
    case "translate":
      return { kind: "translated", number: question.number, texts: readable(question.texts).json };
  }
}

self.addEventListener("message", async ({ data }: MessageEvent<Question>) => {
  try {
    await loaded;
    self.postMessage(answer(data));
  } catch (error) {
    self.postMessage({ kind: "failed", number: data.number, message: String(error) } satisfies Answer);
  }
});
