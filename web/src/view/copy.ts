import { inWords, words } from "../i18n/language.js";
import type { Words } from "../i18n/en.js";
import { element } from "./element.js";

const copied = element("p", { class: "hint", role: "status", "aria-live": "polite", "data-testid": "copied" });

/** Where the page says that something was copied. */
export function copiedStatus(): HTMLElement {
  return copied;
}

/** What was copied is no longer what is shown. */
export function forgetCopied(): void {
  copied.textContent = "";
}

/** A button that copies a text, and what the page says then. */
export function copyButton(
  testId: string,
  name: (words: Words) => string,
  text: () => Promise<string> | string,
  done: (words: Words) => string = (words) => words.copy.copied,
): HTMLButtonElement {
  const button = element("button", { type: "button", "data-testid": testId });
  button.addEventListener("click", async () => {
    let made: string;
    try {
      made = await text();
    } catch {
      copied.textContent = words().copy.impossible;
      return;
    }
    try {
      await navigator.clipboard.writeText(made);
      copied.textContent = done(words());
    } catch {
      copied.textContent = words().copy.failed;
    }
  });
  inWords((words) => (button.textContent = name(words)));
  return button;
}
