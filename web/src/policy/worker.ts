import load, { evaluate } from "../../bindings/web/policy.js";
import module from "../../bindings/web/policy_bg.wasm?url";
import type { InputError } from "../../bindings/web/policy.js";
import { settingsOf, settled } from "../settings/text.js";
import { translate, type Translation } from "./input.js";
import { PLACES, WHERE, type Answer, type Asked, type Evaluation, type Place, type Question, type Texts } from "./question.js";

const loaded = load({ module_or_path: module });

/** The last translation of each text: most questions change only one of the four. */
const known = new Map<Place, { text: string; translation: Translation }>();

function translated(place: Place, text: string): Translation {
  const last = known.get(place);
  if (last?.text === text) return last.translation;
  const translation = translate(text);
  known.set(place, { text, translation });
  return translation;
}

/** All four texts in JSON, empty where they cannot be read, and the errors. */
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

function evaluated(texts: Texts, requester: Asked): Evaluation {
  const start = performance.now();
  const { json, errors } = readable(texts);
  const report = evaluate({
    objects: json.object,
    oldObject: json.old,
    settings: json.settings,
    rancher: json.rancher,
    requester,
  });
  const milliseconds = performance.now() - start;
  report.errors.forEach((error) => forgetPlace(error, texts, json));
  if (errors.length > 0) {
    report.results = [];
    report.errors.unshift(...errors);
  }
  // The page shows only what changes; the whole objects would be most of the answer.
  for (const result of report.results) delete result.response.mutated_object;
  const settings = settingsOf(json.settings);
  return { report, milliseconds, ...(settings ? { settings } : {}) };
}

/** A place in the JSON that was made of YAML is not a place in the text. */
function forgetPlace(error: InputError, texts: Texts, json: Texts): void {
  const place = PLACES.find((place) => WHERE[place] === error.where);
  if (place === undefined || texts[place] === json[place]) return;
  delete error.line;
  delete error.column;
}

function answer(question: Question): Answer {
  switch (question.kind) {
    case "evaluate":
      return { kind: "evaluated", number: question.number, evaluation: evaluated(question.texts, question.requester) };
    case "translate":
      return { kind: "translated", number: question.number, texts: readable(question.texts).json };
    case "edit":
      return { kind: "edited", number: question.number, text: settled(question.edit) };
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
