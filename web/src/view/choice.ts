import type { Words } from "../i18n/en.js";
import { inWords } from "../i18n/language.js";
import { element } from "./element.js";

/** A labelled choice of one of several values. */
export function choice<Value extends string>(
  testId: string,
  values: readonly Value[],
  label: (words: Words) => string,
  name: (words: Words, value: Value) => string,
  chosen: (value: Value) => void,
): { element: HTMLElement; select: HTMLSelectElement } {
  const text = element("span");
  const options = values.map((value) => element("option", { value }));
  const select = element("select", { "data-testid": testId }, ...options);
  inWords((words) => {
    text.textContent = label(words);
    values.forEach((value, index) => {
      const option = options[index];
      if (option) option.textContent = name(words, value);
    });
  });
  select.addEventListener("change", () => {
    const value = values.find((value) => value === select.value);
    if (value !== undefined) chosen(value);
  });
  return { element: element("label", { class: "choice" }, text, select), select };
}
