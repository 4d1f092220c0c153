import { inWords } from "../i18n/language.js";
import { SETTING_KEYS, SETTINGS, withSetting, type SettingKey } from "../settings-text.js";
import { element } from "./element.js";

/** The settings as a form, in step with their text. */
export class Form {
  readonly element = element("fieldset", { class: "form" });
  readonly #inputs = {} as Record<SettingKey, HTMLInputElement | HTMLSelectElement>;
  readonly #unreadable = element("p", { class: "hint", hidden: true });
  /** What the text said when it could be read last. */
  #known: Record<string, unknown> = {};

  constructor(text: () => string, changed: (text: string) => void) {
    const legend = element("legend");
    this.element.append(legend, this.#unreadable);
    for (const key of SETTING_KEYS) {
      const input = control(key);
      this.#inputs[key] = input;
      const hint = element("small", { id: `hint-${key}` });
      const label = element("label", { for: `form-${key}` }, element("code", {}, key));
      input.setAttribute("aria-describedby", hint.id);
      this.element.append(element("div", { class: "field" }, label, input, hint));
      inWords((words) => {
        hint.textContent = words.form[key];
        if (input instanceof HTMLInputElement) input.placeholder = words.form.live;
        else input.options[0]?.replaceChildren(`${String(SETTINGS[key][0])} (${words.form.isDefault})`);
      });
      input.addEventListener("input", () => changed(withSetting(text(), key, input.value.trim(), this.#known)));
    }
    inWords((words) => {
      legend.textContent = words.form.legend;
      this.#unreadable.textContent = words.form.unreadable;
    });
  }

  /** Shows what the text says; nothing can be chosen while it cannot be read. */
  show(settings: Record<string, unknown> | undefined): void {
    this.#unreadable.hidden = settings !== undefined;
    if (settings) this.#known = settings;
    for (const key of SETTING_KEYS) {
      const input = this.#inputs[key];
      input.disabled = settings === undefined;
      if (settings === undefined || input === document.activeElement) continue;
      const value = settings[key];
      const text = value === undefined || value === null ? "" : String(value);
      input.value = input instanceof HTMLSelectElement && text === SETTINGS[key][0] ? "" : text;
    }
  }
}

function control(key: SettingKey): HTMLInputElement | HTMLSelectElement {
  const attributes = { id: `form-${key}`, "data-testid": `form-${key}` };
  const values = SETTINGS[key];
  if (values === "text") return element("input", { ...attributes, type: "text", autocomplete: "off", spellcheck: "false" });
  const select = element("select", attributes, element("option", { value: "" }));
  for (const value of values.slice(1)) select.append(element("option", { value }, value));
  return select;
}
