import type { Sentence } from "../i18n/sentence.js";
import { element } from "./element.js";

/** A sentence as nodes, with quoted values as code. */
export function nodes(sentence: Sentence): Node[] {
  return sentence.map((part) =>
    typeof part === "string" ? document.createTextNode(part) : element("code", {}, part.code),
  );
}
