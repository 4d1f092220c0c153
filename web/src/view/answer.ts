import type { InputError, Report, Result } from "../../bindings/web/policy.js";
import { inWords, words } from "../i18n/language.js";
import type { Evaluation } from "../policy/question.js";
import { copiedStatus, copyButton, forgetCopied } from "./copy.js";
import { detail } from "./detail.js";
import { element } from "./element.js";
import { Fleet } from "./fleet.js";
import { verdict } from "./verdict.js";

/** What the buttons copy, apart from the message. */
export interface Copied {
  command: (result: Result) => Promise<string>;
  manifest: () => string;
}

/** The right side: the verdict, and all that there is to say about it. */
export class Answer {
  readonly element = element("section", { class: "answer" });
  readonly #heading = element("h2");
  readonly #verdict = element("div", { role: "status" });
  readonly #detail = element("div");
  readonly #fleet = new Fleet((result) => this.#look(result));
  readonly #message: HTMLButtonElement;
  readonly #command: HTMLButtonElement;
  readonly #manifest: HTMLButtonElement;
  #report: Report | undefined;
  #result: Result | undefined;

  constructor(copied: Copied, private readonly goTo: (error: InputError) => void) {
    this.#message = copyButton("copy-message", (words) => words.copy.message, () => messageOf(this.#result));
    this.#command = copyButton("copy-kwctl", (words) => words.copy.kwctl, () =>
      this.#result ? copied.command(this.#result) : "",
    );
    this.#manifest = copyButton("copy-policy", (words) => words.copy.policy, copied.manifest);
    const buttons = element("div", { class: "buttons" }, this.#message, this.#command, this.#manifest, copiedStatus());
    this.element.append(this.#heading, this.#verdict, buttons, this.#detail, this.#fleet.element);
    inWords((words) => {
      this.#heading.textContent = words.verdict;
      this.#command.title = words.copy.kwctlSecret;
      if (this.#report) this.#draw(this.#report);
    });
  }

  show({ report, settings }: Evaluation): void {
    this.#report = report;
    this.#manifest.disabled = settings === undefined;
    this.#draw(report);
  }

  fail(message: string): void {
    const text = element("p", { class: "outcome" }, words().failed);
    const why = element("p", { class: "subject", lang: "en" }, message);
    this.#verdict.replaceChildren(
      element("div", { class: "verdict", "data-testid": "verdict", "data-outcome": "invalid" }, text, why),
    );
    this.#detail.replaceChildren();
    this.#fleet.show([]);
    this.#look(undefined);
  }

  focus(): void {
    this.#verdict.querySelector<HTMLElement>(".verdict")?.focus();
  }

  #draw(report: Report): void {
    forgetCopied();
    this.#verdict.replaceChildren(verdict(report, this.goTo));
    const [first, second] = report.results;
    const alone = second ? undefined : first;
    this.#detail.replaceChildren(...(alone ? [detail(alone)] : []));
    this.#fleet.show(report.results);
    document.body.classList.toggle("several", second !== undefined);
    if (!second) this.#look(alone);
  }

  #look(result: Result | undefined): void {
    this.#result = result;
    this.#message.disabled = messageOf(result) === "";
    this.#command.disabled = result === undefined || (this.#report?.results.length ?? 0) > 1;
  }
}

function messageOf(result: Result | undefined): string {
  if (!result) return "";
  const { message, warnings = [] } = result.response;
  return [...(message === undefined ? [] : [message]), ...warnings].join("\n");
}
