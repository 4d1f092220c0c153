import { inWords } from "../i18n/language.js";
import { SETTING_KEYS, SETTINGS, type Choice, type SettingKey, type Settings } from "../settings/keys.js";
import { element } from "./element.js";

/** The settings as a form that follows their text. */
export class Form {
  readonly element = element("fieldset", { class: "form" });
  readonly #inputs = {} as Record<SettingKey, HTMLInputElement | HTMLSelectElement>;
  readonly #unreadable = element("p", { class: "hint", hidden: true });

  constructor(chosen: (choice: Choice) => void) {
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
      input.addEventListener("input", () => chosen({ key, value: input.value.trim() }));
    }
    inWords((words) => {
      legend.textContent = words.form.legend;
      this.#unreadable.textContent = words.form.unreadable;
    });
  }

  /** Shows the settings of the text; the form is disabled while that cannot be read. */
  show(settings: Settings | undefined): void {
    this.#unreadable.hidden = settings !== undefined;
    for (const key of SETTING_KEYS) {
      const input = this.#inputs[key];
      input.disabled = settings === undefined;
      if (settings === undefined) continue;
      const text = String(settings[key] ?? "");
      const shown = input instanceof HTMLSelectElement && text === SETTINGS[key][0] ? "" : text;
      // Keep a space that was just typed.
      if (input.value.trim() !== shown) input.value = shown;
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
