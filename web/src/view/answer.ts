import type { InputError, Report, Result } from "../../bindings/web/policy.js";
import { inWords, words } from "../i18n/language.js";
import type { Failure } from "../policy/client.js";
import type { Settings } from "../settings/keys.js";
import type { Evaluation, Texts } from "../policy/question.js";
import { Copies, forbid } from "./copy.js";
import { detail } from "./detail.js";
import { element } from "./element.js";
import { Clusters } from "./clusters.js";
import { verdict } from "./verdict.js";

/** What the buttons copy, apart from the message. */
export interface Copied {
  command: (result: Result, texts: Texts) => Promise<string>;
  manifest: (settings: Settings) => string;
}

/** The right side: the verdict and its details. */
export class Answer {
  readonly element = element("section", { class: "answer" });
  readonly #heading = element("h2");
  readonly #verdict = element("div", { role: "status" });
  readonly #detail = element("div");
  readonly #clusters = new Clusters((result) => this.#look(result));
  readonly #copies = new Copies("copied");
  readonly #message: HTMLButtonElement;
  readonly #command: HTMLButtonElement;
  readonly #manifest: HTMLButtonElement;
  #report: Report | undefined;
  #texts: Texts | undefined;
  #settings: Settings | undefined;
  #failure: { message: string; known: Failure | undefined } | undefined;
  #result: Result | undefined;

  constructor(copied: Copied, private readonly goTo: (error: InputError) => void) {
    this.#message = this.#copies.button("copy-message", (words) => words.copy.message, () => messageOf(this.#result));
    this.#command = this.#copies.button(
      "copy-kwctl",
      (words) => words.copy.kwctl,
      () => this.#result && this.#texts ? copied.command(this.#result, this.#texts) : Promise.reject(new Error("no request")),
      (words) => words.copy.kwctlCopied,
    );
    this.#manifest = this.#copies.button(
      "copy-policy",
      (words) => words.copy.policy,
      () => (this.#settings ? copied.manifest(this.#settings) : Promise.reject(new Error("no settings"))),
    );
    const buttons = element("div", { class: "buttons" }, this.#message, this.#command, this.#manifest, ...this.#copies.status);
    this.element.append(this.#heading, this.#verdict, buttons, this.#detail, this.#clusters.element);
    inWords((words) => {
      this.#heading.textContent = words.verdict;
      if (this.#report) this.#draw(this.#report);
      if (this.#failure) this.fail(this.#failure.message, this.#failure.known);
    });
  }

  /** Dims the answer while another is awaited. */
  set busy(busy: boolean) {
    this.#verdict.setAttribute("aria-busy", String(busy));
  }

  /** Shows the answer to the texts. */
  show({ report, settings }: Evaluation, texts: Texts): void {
    this.#failure = undefined;
    this.#report = report;
    this.#texts = texts;
    const isReadable = settings !== undefined && !report.errors.some(({ where }) => where === "settings");
    this.#settings = isReadable ? settings : undefined;
    this.#draw(report);
  }

  fail(message: string, known?: Failure): void {
    this.#failure = { message, known };
    this.#report = undefined;
    this.#settings = undefined;
    this.#copies.forget();
    const text = element("p", { class: "outcome" }, words().failed);
    const why =
      known === undefined
        ? element("p", { class: "subject", lang: "en" }, message)
        : element("p", { class: "subject" }, words()[known]);
    replace(
      this.#verdict,
      element("div", { class: "verdict", "data-testid": "verdict", "data-outcome": "invalid", tabindex: "-1" }, text, why),
    );
    this.#detail.replaceChildren();
    this.#clusters.hide();
    this.#look(undefined);
  }

  focus(): void {
    this.#verdict.querySelector<HTMLElement>(".verdict")?.focus();
  }

  #draw(report: Report): void {
    this.#copies.forget();
    const card = verdict(report, this.goTo);
    if (report.oldUnused) card.append(element("p", { class: "subject" }, words().oldUnused));
    replace(this.#verdict, card);
    const [first, second] = report.results;
    const alone = second ? undefined : first;
    this.#detail.replaceChildren(...(alone ? [detail(alone)] : []));
    if (report.errors.length > 0) this.#clusters.hide();
    else this.#clusters.show(report.results, report.server);
    document.body.classList.toggle("several", second !== undefined);
    if (!second) this.#look(alone);
  }

  #look(result: Result | undefined): void {
    this.#result = result;
    const { copy } = words();
    const isOne = (this.#report?.results.length ?? 0) <= 1;
    const nothing = isOne ? copy.nothing : copy.chooseCluster;
    forbid(this.#message, result ? (messageOf(result) === "" ? copy.noMessage : undefined) : nothing);
    forbid(this.#command, isOne ? (result ? undefined : copy.nothing) : copy.oneOnly);
    forbid(this.#manifest, this.#settings ? undefined : copy.badSettings);
  }
}

/** Replaces a card only if it differs, so that it is not read out again, and keeps the focus. */
function replace(place: HTMLElement, card: HTMLElement): void {
  const last = place.firstElementChild;
  if (last?.isEqualNode(card)) return;
  const hadFocus = last?.contains(document.activeElement) ?? false;
  place.replaceChildren(card);
  if (hadFocus) card.focus();
}

function messageOf(result: Result | undefined): string {
  if (!result) return "";
  const { message, warnings = [] } = result.response;
  return [...(message === undefined ? [] : [message]), ...warnings].join("\n");
}
