import type { Result } from "../../bindings/web/policy.js";
import { steps } from "../explanation/steps.js";
import { words } from "../i18n/language.js";
import { diff } from "./diff.js";
import { element } from "./element.js";
import { nodes } from "./sentence.js";

/** The details of one answer: message, warnings, patch, explanation, annotations. */
export function detail(result: Result): HTMLElement {
  const { message, code, warnings = [], audit_annotations: annotations = {} } = result.response;
  const said = words();
  const parts: HTMLElement[] = [];
  const part = (heading: string, ...content: HTMLElement[]) =>
    parts.push(element("section", { class: "part" }, element("h3", {}, heading), ...content));

  if (message !== undefined) {
    const text = element("p", { class: "message", lang: "en", "data-testid": "message" }, message);
    part(code === undefined ? said.message : `${said.message} (${code})`, text);
  }
  if (warnings.length > 0) {
    const items = warnings.map((warning) => element("li", { lang: "en" }, warning));
    part(said.warnings, element("ul", { class: "warnings", "data-testid": "warnings" }, ...items));
  }
  if (result.changes.length > 0) {
    const patch = element("div", { "data-testid": "patch" }, diff(result.changes));
    part(said.patch, element("p", { class: "hint" }, said.patchHint), patch);
  }
  const explained = steps(result, said).map((step) => element("li", {}, ...nodes(step)));
  part(
    said.explanation,
    element("ol", { class: "steps", "data-testid": "explanation" }, ...explained),
    element("p", { class: "hint" }, said.lookups(result.lookups)),
  );
  part(said.annotations, annotationList(annotations, said.noAnnotations));
  return element("div", { class: "detail" }, ...parts);
}

function annotationList(annotations: Record<string, string>, none: string): HTMLElement {
  const entries = Object.entries(annotations).sort(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) return element("p", { class: "hint", "data-testid": "annotations" }, none);
  const list = element("dl", { class: "annotations", "data-testid": "annotations" });
  for (const [name, value] of entries) {
    list.append(element("dt", {}, name), element("dd", {}, element("code", {}, value)));
  }
  return list;
}
