import { inWords, words } from "../i18n/language.js";
import type { Words } from "../i18n/en.js";
import { element } from "./element.js";

/**
 * Makes a button grey, and has it say why: unlike one that is disabled, it can still be
 * reached and asked.
 */
export function forbid(button: HTMLButtonElement, why: string | undefined): void {
  button.ariaDisabled = String(why !== undefined);
  button.title = why ?? "";
}

/** Buttons that copy a text, and the place where the page reports it. */
export class Copies {
  readonly #said = element("p", { class: "hint", role: "status" });
  /** Without https a browser has no clipboard for a page. */
  readonly #byHand = element("textarea", { class: "by-hand", rows: "6", readonly: true, hidden: true });

  constructor(testId: string) {
    this.#said.dataset["testid"] = testId;
    this.#byHand.dataset["testid"] = `${testId}-by-hand`;
    inWords((words) => this.#byHand.setAttribute("aria-label", words.copy.failed));
  }

  /** The elements of that place. */
  get status(): HTMLElement[] {
    return [this.#said, this.#byHand];
  }

  /** A button that copies a text; `done` is what the page says then. */
  button(
    testId: string,
    name: (words: Words) => string,
    text: () => Promise<string> | string,
    done: (words: Words) => string = (words) => words.copy.copied,
  ): HTMLButtonElement {
    const button = element("button", { type: "button", "data-testid": testId });
    button.addEventListener("click", async () => {
      this.forget();
      if (button.ariaDisabled === "true") {
        this.#said.textContent = button.title;
        return;
      }
      let made: string;
      try {
        made = await text();
      } catch {
        this.#said.textContent = words().copy.impossible;
        return;
      }
      try {
        await navigator.clipboard.writeText(made);
        this.#said.textContent = done(words());
      } catch {
        this.#show(made);
      }
    });
    inWords((words) => (button.textContent = name(words)));
    return button;
  }

  /** Clears the report: what was copied is no longer what is shown. */
  forget(): void {
    this.#said.textContent = "";
    this.#byHand.hidden = true;
    this.#byHand.value = "";
  }

  #show(text: string): void {
    this.#said.textContent = words().copy.failed;
    this.#byHand.value = text;
    this.#byHand.hidden = false;
    this.#byHand.focus();
    this.#byHand.select();
  }
}
