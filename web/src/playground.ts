import type { Report } from "../bindings/web/policy.js";
import type { Evaluation, Asked, Place, Texts } from "./policy/question.js";
import { version } from "../package.json";
import { command } from "./copy/kwctl.js";
import { manifest } from "./copy/manifest.js";
import { example, EXAMPLES, isExample, type Example, type ExampleId } from "./examples.js";
import type { Words } from "./i18n/en.js";
import { inWords, words } from "./i18n/language.js";
import { storeOffline } from "./offline.js";
import { keep, takeKept } from "./keep.js";
import { Client, type Failure } from "./policy/client.js";
import { edited } from "./settings/edit.js";
import type { Choice, Settings } from "./settings/keys.js";
import { knownSettings, rancherSettings } from "./shared-texts.js";
import { link, shared, toShare, type Shared } from "./share.js";
import { Answer } from "./view/answer.js";
import { choice } from "./view/choice.js";
import { element } from "./view/element.js";
import { acceptDrops, openButton } from "./view/files.js";
import { Form } from "./view/form.js";
import { languageSelect } from "./view/language.js";
import { Share } from "./view/share.js";
import { Tabs } from "./view/tabs.js";
import { themeButton } from "./view/theme.js";

const REPOSITORY = "https://github.com/rancher-agent-version-policy/rancher-agent-version-policy";

/** How long the page waits for the next key, in milliseconds. */
const PAUSE = 120;

/** How long the page waits for an answer before it dims the last one. */
const PATIENCE = 300;

/** The page: its parts, and what they tell each other. */
export class Playground {
  readonly #client = new Client(
    (evaluation, texts) => this.#show(evaluation, texts),
    (message, failure) => this.#fail(message, failure),
  );
  readonly #form = new Form((choice) => this.#set(choice));
  readonly #tabs: Tabs = new Tabs((place) => this.#changed(place), { settings: this.#form.element });
  readonly #answer = new Answer(
    {
      command: async (result, texts) => command(await this.#client.translate(texts), result),
      manifest,
    },
    (error) => this.#tabs.goTo(error),
  );
  readonly #share = new Share((withObjects) => this.#link(withObjects));
  readonly #requester = choice<Asked>(
    "requester",
    ["auto", "user", "service-account", "audit-scanner"],
    (words) => words.requester.label,
    (words, value) => words.requester[value],
    () => {
      this.#hasChosenRequester = true;
      this.#ask();
    },
  );
  readonly #examples = choice<ExampleId | "own">(
    "example-select",
    [...EXAMPLES, "own"],
    (words) => words.example.label,
    (words, value) => words.example[value],
    (value) => {
      this.#note();
      if (value === "own") this.#clear();
      else void this.#choose(value);
    },
  );
  readonly #timing = element("span", { "data-testid": "timing" });
  readonly #offline = element("span", { "data-testid": "offline-ready", hidden: true });
  readonly #update = element("div", { class: "update", role: "status", "data-testid": "update" });
  readonly #notice = element("p", { class: "caution", role: "alert", hidden: true, "data-testid": "notice" });
  /** The notice that is shown. */
  #noted: ((words: Words) => string) | undefined;
  /** The example as it was loaded. */
  #untouched: Example | undefined;
  /** True if the user chose the requester. */
  #hasChosenRequester = false;
  /** The name of its object, once it was judged. */
  #exampleName: string | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #slow: ReturnType<typeof setTimeout> | undefined;
  /** Counts the inputs, so that what arrives late is dropped. */
  #opened = 0;
  #shown = 0;
  #milliseconds = 0;
  /** The settings that could be read last. */
  #settings: Settings = {};
  /** How many choices in the form are not in the text yet. */
  #choosing = 0;
  #chosen = Promise.resolve();

  async start(place: HTMLElement): Promise<void> {
    place.replaceWith(this.#header(), this.#main(), this.#footer());
    document.addEventListener("keydown", (event) => this.#steer(event));
    window.addEventListener("hashchange", () => void this.#openLink());
    const kept = takeKept();
    if (kept) await this.#takeUp(kept, ++this.#opened);
    else if (!(await this.#openLink())) await this.#choose(EXAMPLES[0]);
    await storeOffline({
      ready: () => (this.#offline.hidden = false),
      waiting: (load) => this.#offer(load),
    });
  }

  #header(): HTMLElement {
    const name = element("p", { class: "name" });
    const heading = element("h1");
    const lead = element("p", { class: "lead" });
    inWords((words) => {
      name.textContent = words.name;
      heading.textContent = words.heading;
      lead.textContent = words.lead;
      this.#notice.textContent = this.#noted?.(words) ?? "";
    });
    const controls = element(
      "div",
      { class: "controls" },
      languageSelect(() => void this.#share.update()),
      themeButton(),
      this.#share.button,
    );
    const titles = element("div", { class: "titles" }, name, heading);
    return element("header", {}, element("div", { class: "top" }, titles, controls), lead, this.#update, this.#notice, this.#share.panel);
  }

  #main(): HTMLElement {
    const drop = element("span", { class: "hint drop" });
    const heading = element("h2");
    const hint = element("p", { class: "hint" });
    inWords((words) => {
      drop.textContent = words.drop;
      heading.textContent = words.input;
      this.#requester.select.title = words.requester.hint;
      hint.textContent = words.keys;
    });
    const open = openButton((text, isObject) => this.#open(text, isObject && this.#tabs.active !== "old"));
    const tools = element("div", { class: "tools" }, this.#examples.element, this.#requester.element);
    const files = element("div", { class: "files" }, open, drop);
    const input = element(
      "section",
      { class: "input", "data-testid": "drop-zone" },
      heading,
      tools,
      this.#tabs.element,
      files,
      hint,
    );
    acceptDrops(input, (text, isObject) => this.#open(text, isObject && this.#tabs.active !== "old"));
    return element("main", {}, input, this.#answer.element);
  }

  #footer(): HTMLElement {
    const source = element("a", { href: REPOSITORY, rel: "noreferrer" });
    const licenses = element("a", { href: "./licenses.md", type: "text/plain" });
    const released = element("span");
    inWords((words) => {
      this.#offline.textContent = words.offline;
      released.textContent = words.version(version);
      source.textContent = words.source;
      licenses.textContent = words.licenses;
      this.#tell();
    });
    return element("footer", {}, this.#timing, this.#offline, released, source, licenses);
  }

  #changed(place: Place): void {
    this.#opened += 1;
    if (place === "object" || place === "old") this.#leaveExample();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#ask(), PAUSE);
  }

  /** Writes choices in the form into the text, one after the other. */
  #set(choice: Choice): void {
    this.#choosing += 1;
    this.#chosen = this.#chosen.then(async () => {
      try {
        this.#tabs.put({ settings: await this.#edited(choice) });
        this.#changed("settings");
      } catch {
        // The worker has failed, and the page says so.
      }
      this.#choosing -= 1;
    });
  }

  /** The text with a choice in it; starts again if the text changes while the worker checks it. */
  async #edited(choice: Choice): Promise<string> {
    const { settings: text } = this.#tabs.texts;
    const made = await this.#client.edit({ text, choice, edited: edited(text, choice), known: this.#settings });
    return text === this.#tabs.texts.settings ? made : this.#edited(choice);
  }

  #ask(): void {
    clearTimeout(this.#pause);
    this.#slow ??= setTimeout(() => (this.#answer.busy = true), PATIENCE);
    this.#client.evaluate(this.#tabs.texts, this.#asked());
    void this.#share.update();
  }

  /** Ends the wait for an answer. */
  #rest(): void {
    clearTimeout(this.#slow);
    this.#slow = undefined;
    this.#answer.busy = false;
  }

  #asked(): Asked {
    return this.#requester.select.value as Asked;
  }

  #show(evaluation: Evaluation, texts: Texts): void {
    if (this.#dropsExample(evaluation.report, texts)) return;
    this.#rest();
    this.#milliseconds = evaluation.milliseconds;
    this.#tabs.mark(evaluation.report.errors);
    if (evaluation.settings) this.#settings = evaluation.settings;
    // A choice that is not in the text yet is not overwritten.
    if (this.#choosing === 0 && texts.settings === this.#tabs.texts.settings) this.#form.show(evaluation.settings);
    this.#answer.show(evaluation, texts);
    this.#tell();
    this.#count();
  }

  #fail(message: string, failure?: Failure): void {
    this.#rest();
    this.#tabs.mark([]);
    this.#answer.fail(message, failure);
    this.#count();
  }

  #count(): void {
    this.#shown += 1;
    document.body.dataset["evaluated"] = String(this.#shown);
    document.documentElement.dataset["ready"] = "true";
  }

  #tell(): void {
    this.#timing.dataset["ms"] = this.#milliseconds.toFixed(2);
    this.#timing.textContent = words().timing(this.#milliseconds.toFixed(this.#milliseconds < 10 ? 1 : 0));
  }

  #put(texts: Texts, requester: Asked): void {
    this.#tabs.put(texts);
    this.#requester.select.value = requester;
    this.#ask();
  }

  #note(noted?: (words: Words) => string): void {
    this.#noted = noted;
    this.#notice.hidden = noted === undefined;
    this.#notice.textContent = noted?.(words()) ?? "";
  }

  async #choose(id: ExampleId): Promise<void> {
    const chosen = await this.#load(id, ++this.#opened);
    if (!chosen) return;
    this.#examples.select.value = id;
    this.#remember(chosen);
    this.#tabs.choose("object");
    this.#put(chosen.texts, chosen.requester);
  }

  /** An example; nothing if it cannot be loaded, or arrives too late. */
  async #load(id: ExampleId, opened: number): Promise<Example | undefined> {
    try {
      const chosen = await example(id);
      return opened === this.#opened ? chosen : undefined;
    } catch {
      if (opened === this.#opened) this.#note((words) => words.example.unavailable);
      return undefined;
    }
  }

  #remember(example: Example | undefined): void {
    this.#untouched = example;
    this.#exampleName = undefined;
    this.#hasChosenRequester = false;
    this.#share.leaveObjectsOut();
  }

  /**
   * Removes what came with the example, its old object and its requester, once the user has
   * put in another object. True if something was removed and the page asks again.
   */
  #dropsExample({ results, errors, server }: Report, texts: Texts): boolean {
    const example = this.#untouched;
    if (!example) return false;
    const [result] = results;
    if (texts.object === example.texts.object) {
      this.#exampleName = result?.name ?? this.#exampleName;
      return false;
    }
    const { old } = this.#tabs.texts;
    const hasOld = old !== "" && old === example.texts.old;
    const isOther = result
      ? results.length > 1 || (this.#exampleName !== undefined && result.name !== this.#exampleName)
      : hasOld && errors.some(({ where }) => where === "oldObject");
    if (!isOther) return false;
    const hasRequester = this.#asked() !== "auto" && !this.#hasChosenRequester;
    // Objects with Rancher's Settings beside them are compared with that Rancher.
    const { settings } = this.#tabs.texts;
    const hasServer = server?.inObjects !== undefined && settings !== "" && settings === example.texts.settings;
    this.#remember(undefined);
    if (hasOld) this.#tabs.put({ old: "" });
    if (hasServer) this.#tabs.put({ settings: "" });
    if (hasRequester) this.#requester.select.value = "auto";
    const leavesAnything = hasOld || hasRequester || hasServer;
    if (leavesAnything) this.#ask();
    return leavesAnything;
  }

  #clear(): void {
    this.#opened += 1;
    this.#remember(undefined);
    this.#put({ object: "", old: "", settings: "", rancher: "" }, "auto");
    this.#tabs.focus("object");
  }

  #open(text: string, isObject: boolean): void {
    this.#share.leaveObjectsOut();
    const place = isObject ? "object" : this.#tabs.active;
    this.#tabs.choose(place);
    this.#tabs.put({ [place]: text });
    this.#changed(place);
  }

  /** For the user's own objects, "automatic" replaces "a user": they may be several. */
  #leaveExample(): void {
    if (!isExample(this.#examples.select.value) || this.#exampleId() !== undefined) return;
    this.#examples.select.value = "own";
    if (this.#asked() === "user") this.#requester.select.value = "auto";
    this.#share.leaveObjectsOut();
  }

  /** The example whose objects are unchanged. */
  #exampleId(): ExampleId | undefined {
    const { value } = this.#examples.select;
    if (!isExample(value)) return undefined;
    const { object, old } = this.#tabs.texts;
    const untouched = this.#untouched?.texts;
    return object === untouched?.object && old === untouched.old ? value : undefined;
  }

  async #link(withObjects: boolean): Promise<string> {
    const { texts } = this.#tabs;
    const [requester, example] = [this.#asked(), this.#exampleId()];
    const given = withObjects ? texts : await this.#withoutObjects(texts);
    return link(location.href, toShare(given, requester, example, withObjects));
  }

  /** The other texts may contain an object too, pasted in the wrong place. */
  async #withoutObjects(texts: Texts): Promise<Texts> {
    const json = await this.#client.translate({ ...texts, object: "", old: "" });
    return { ...texts, settings: knownSettings(json.settings), rancher: rancherSettings(json.rancher) };
  }

  /** Shows what the address contains; false if it contains nothing that can be read. */
  async #openLink(): Promise<boolean> {
    const opened = ++this.#opened;
    let held;
    try {
      held = await shared(location.hash);
      if (opened !== this.#opened) return true;
      this.#note();
    } catch {
      if (opened !== this.#opened) return true;
      this.#note((words) => words.share.unreadable);
    }
    return held !== undefined && this.#takeUp(held, opened);
  }

  /** Shows what was shared or kept; false if its example cannot be loaded. */
  async #takeUp({ settings, rancher, requester, object = "", old = "", example }: Shared, opened: number): Promise<boolean> {
    const id = example !== undefined && isExample(example) ? example : undefined;
    const chosen = id && (await this.#load(id, opened));
    if (id && !chosen) return opened !== this.#opened;
    this.#remember(chosen);
    this.#examples.select.value = id ?? "own";
    this.#put({ object, old, ...chosen?.texts, settings, rancher }, requester);
    return true;
  }

  /** Offers to load a new version, with the texts as they are. */
  #offer(load: () => void): void {
    const text = element("span");
    const button = element("button", { type: "button", "data-testid": "update-load" });
    inWords((words) => {
      text.textContent = words.update;
      button.textContent = words.updateButton;
    });
    button.addEventListener("click", () => {
      if (this.#keep()) load();
      else text.textContent = words().updateTooLarge;
    });
    this.#update.replaceChildren(text, button);
  }

  #keep(): boolean {
    const example = this.#exampleId();
    return keep(toShare(this.#tabs.texts, this.#asked(), example, example === undefined));
  }

  #steer(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      this.#answer.focus();
    }
  }
}
