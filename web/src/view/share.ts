import { inWords, words } from "../i18n/language.js";
import { Copies, forbid } from "./copy.js";
import { element } from "./element.js";

/** The button that shows the link, and its panel. */
export class Share {
  readonly button = element("button", { type: "button", "aria-expanded": "false", "aria-controls": "share-panel", "data-testid": "share" });
  readonly panel = element("section", { id: "share-panel", class: "share", hidden: true });
  readonly #link = element("input", { id: "share-link", type: "text", readonly: true, "data-testid": "share-link" });
  readonly #size = element("span", { class: "hint", "data-testid": "share-size" });
  readonly #objects = element("input", { type: "checkbox", "data-testid": "share-objects" });

  readonly #copies = new Copies("link-copied");
  readonly #copy = this.#copies.button("copy-link", (words) => words.copy.link, () => this.#link.value);

  #asked = 0;

  constructor(private readonly link: (withObjects: boolean) => Promise<string>) {
    const hint = element("p", { class: "hint" });
    const label = element("label", { for: "share-link" });
    const objects = element("span");
    const warning = element("p", { class: "caution" });
    this.panel.append(
      hint,
      element("div", { class: "share-line" }, label, this.#link, this.#copy, this.#size, ...this.#copies.status),
      element("label", { class: "check" }, this.#objects, objects),
      warning,
    );
    this.button.addEventListener("click", () => this.#toggle());
    this.#objects.addEventListener("change", () => void this.update());
    this.#link.addEventListener("focus", () => this.#link.select());
    inWords(({ share }) => {
      this.button.textContent = share.button;
      hint.textContent = share.hint;
      label.textContent = share.link;
      objects.textContent = share.objects;
      warning.textContent = share.warning;
      if (!this.panel.hidden) void this.update();
    });
  }

  /** Makes the link again, if it is shown. */
  async update(): Promise<void> {
    if (this.panel.hidden) return;
    const asked = ++this.#asked;
    this.#copies.forget();
    forbid(this.#copy, words().share.making);
    const link = await this.link(this.#objects.checked).catch(() => "");
    // A newer link was asked for.
    if (asked !== this.#asked) return;
    this.#link.value = link;
    forbid(this.#copy, link === "" ? words().share.tooLarge : undefined);
    this.#size.textContent = link === "" ? words().share.tooLarge : words().share.size(link.length);
  }

  /** Leaves other objects out of the link until the user asks for them again. */
  leaveObjectsOut(): void {
    if (this.#objects.checked) this.#link.value = "";
    this.#objects.checked = false;
  }

  #toggle(): void {
    this.panel.hidden = !this.panel.hidden;
    if (this.panel.hidden) this.leaveObjectsOut();
    this.button.setAttribute("aria-expanded", String(!this.panel.hidden));
    void this.update();
  }
}
