import { PLACES, type Place, type Texts } from "../policy/question.js";
import { inWords, words } from "../i18n/language.js";
import type { InputError } from "../../bindings/web/policy.js";
import { WHERE } from "../policy/question.js";
import { Editor } from "./editor.js";
import { element } from "./element.js";

/** The four texts as tabs. */
export class Tabs {
  readonly element = element("div", { class: "tabs" });
  readonly #list = element("div", { class: "tab-list", role: "tablist" });
  readonly #tabs = {} as Record<Place, HTMLButtonElement>;
  readonly #states = {} as Record<Place, HTMLElement>;
  readonly #panels = {} as Record<Place, HTMLElement>;
  readonly #editors = {} as Record<Place, Editor>;
  #active: Place = "object";

  constructor(
    changed: (place: Place) => void,
    private readonly besides: Partial<Record<Place, HTMLElement>>,
  ) {
    for (const place of PLACES) this.#add(place, changed);
    this.#list.addEventListener("keydown", (event) => this.#steer(event));
    this.element.prepend(this.#list);
    inWords((words) => this.#list.setAttribute("aria-label", words.tabs));
    this.choose("object");
  }

  get active(): Place {
    return this.#active;
  }

  get texts(): Texts {
    const { object, old, settings, rancher } = this.#editors;
    return { object: object.text, old: old.text, settings: settings.text, rancher: rancher.text };
  }

  put(texts: Partial<Texts>): void {
    for (const place of PLACES) {
      const text = texts[place];
      if (text !== undefined) this.#editors[place].put(text);
    }
    this.tell();
  }

  choose(place: Place): void {
    this.#active = place;
    for (const other of PLACES) {
      const isActive = other === place;
      this.#tabs[other].setAttribute("aria-selected", String(isActive));
      this.#tabs[other].tabIndex = isActive ? 0 : -1;
      this.#panels[other].hidden = !isActive;
    }
    this.#editors[place].show();
  }

  focus(place: Place): void {
    this.choose(place);
    this.#editors[place].focus();
  }

  mark(errors: InputError[]): void {
    for (const place of PLACES) {
      const own = errors.filter(({ where }) => where === WHERE[place]);
      this.#editors[place].mark(own);
      this.#tabs[place].classList.toggle("wrong", own.length > 0);
      this.#describe(place);
    }
  }

  goTo(error: InputError): void {
    const place = PLACES.find((place) => WHERE[place] === error.where) ?? "object";
    this.choose(place);
    this.#editors[place].goTo(error);
  }

  /** Marks the tabs whose texts are not empty. */
  tell(): void {
    for (const place of PLACES) {
      this.#tabs[place].classList.toggle("set", !this.#editors[place].isEmpty);
      this.#describe(place);
    }
  }

  /** Says in words what the dot of a tab shows. */
  #describe(place: Place): void {
    const { classList } = this.#tabs[place];
    const said = words();
    const state = classList.contains("wrong") ? said.tabWrong : classList.contains("set") ? said.tabFilled : "";
    this.#states[place].textContent = state === "" ? "" : ` (${state})`;
  }

  #add(place: Place, changed: (place: Place) => void): void {
    const editor = new Editor(`editor-${place}`, () => {
      this.tell();
      changed(place);
    });
    const name = element("span", { class: "tab-name" });
    const state = element("span", { class: "hidden-text" });
    const tab = element("button", {
      type: "button",
      role: "tab",
      id: `tab-${place}`,
      "aria-controls": `panel-${place}`,
      "data-testid": `tab-${place}`,
    }, name, state);
    const hint = element("p", { class: "hint" });
    const panel = element("div", { role: "tabpanel", id: `panel-${place}`, "aria-labelledby": `tab-${place}`, class: "panel" });
    panel.append(hint, editor.host);
    this.#editors[place] = editor;
    this.#tabs[place] = tab;
    this.#states[place] = state;
    const beside = this.besides[place];
    if (beside) panel.append(beside);
    tab.addEventListener("click", () => this.choose(place));
    inWords((words) => {
      name.textContent = words.tab[place];
      hint.textContent = words.tabHint[place];
      editor.name = words.editor(words.tab[place]);
      this.#describe(place);
    });
    this.#panels[place] = panel;
    this.#list.append(tab);
    this.element.append(panel);
  }

  #steer(event: KeyboardEvent): void {
    const at = PLACES.indexOf(this.#active);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: PLACES.length - 1 }[event.key];
    const place = to === undefined ? undefined : PLACES.at(to % PLACES.length);
    if (!place) return;
    event.preventDefault();
    this.choose(place);
    this.#tabs[place].focus();
  }
}
