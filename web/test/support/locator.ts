// Elements of the page by CSS selectors, also in the shadow roots of the editors. They are
// looked up for each action.

import type { ElementHandle, JSHandle, Page } from "puppeteer-core";
import { vi } from "vitest";

/** What is polled for has this long: nothing is waited for that does not come. */
export const PATIENCE = { timeout: 20_000, interval: 20 };

/** Waits until something holds, also outside of a test. */
async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  await vi.waitFor(async () => {
    if (!(await holds())) throw new Error(`not in time: ${what}`);
  }, PATIENCE);
}

/** A selector, or which of the elements found so far. */
type Step = string | number;

/** Runs in the page. */
function find(steps: Step[]): Element[] {
  const within = (root: Element | Document | ShadowRoot, selector: string): Element[] => [
    ...root.querySelectorAll(selector),
    ...[root, ...root.querySelectorAll("*")].flatMap((element) =>
      element instanceof Element && element.shadowRoot ? within(element.shadowRoot, selector) : [],
    ),
  ];
  return steps.reduce<(Element | Document)[]>(
    (found, step) => (typeof step === "number" ? found.slice(step, step + 1) : found.flatMap((root) => within(root, step))),
    [document],
  ) as Element[];
}

/** True for an element that is seen. */
function isSeen(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true });
}

export class Locator {
  constructor(
    private readonly page: Page,
    private readonly steps: Step[],
  ) {}

  get #name(): string {
    return this.steps.join(" ");
  }

  locator(selector: string): Locator {
    return new Locator(this.page, [...this.steps, selector]);
  }

  nth(at: number): Locator {
    return new Locator(this.page, [...this.steps, at]);
  }

  first(): Locator {
    return this.nth(0);
  }

  async #all(): Promise<JSHandle<Element[]>> {
    return this.page.evaluateHandle(find, this.steps);
  }

  async #first(): Promise<ElementHandle<HTMLElement> | null> {
    const first = await (await this.#all()).getProperty("0");
    return first.asElement() as ElementHandle<HTMLElement> | null;
  }

  async evaluateAll<T, A>(see: (elements: HTMLElement[], given: A) => T, given?: A): Promise<Awaited<T>> {
    const elements = await this.#all();
    return (await elements.evaluate(see as never, given)) as Awaited<T>;
  }

  async evaluate<T, A>(see: (element: HTMLElement, given: A) => T, given?: A): Promise<Awaited<T>> {
    const element = await this.handle();
    return (await element.evaluate(see as never, given)) as Awaited<T>;
  }

  /** The first of the elements, as soon as there is one. */
  async handle(): Promise<ElementHandle<HTMLElement>> {
    let found: ElementHandle<HTMLElement> | null = null;
    const isThere = async () => (found = await this.#first()) !== null;
    await until(isThere, `there is ${this.#name}`);
    return found as unknown as ElementHandle<HTMLElement>;
  }

  async waitFor(): Promise<void> {
    await until(() => this.isVisible(), `${this.#name} is seen`);
  }

  async count(): Promise<number> {
    return this.evaluateAll((elements) => elements.length);
  }

  async isVisible(): Promise<boolean> {
    const element = await this.#first();
    return element !== null && (await element.evaluate(isSeen));
  }

  async allTextContents(): Promise<string[]> {
    return this.evaluateAll((elements) => elements.map((element) => element.textContent ?? ""));
  }

  async textContent(): Promise<string | null> {
    return this.evaluate((element) => element.textContent);
  }

  async getAttribute(name: string): Promise<string | null> {
    return this.evaluate((element, name) => element.getAttribute(name), name);
  }

  async inputValue(): Promise<string> {
    return this.evaluate((element) => (element as HTMLInputElement).value);
  }

  async isChecked(): Promise<boolean> {
    return this.evaluate((element) => (element as HTMLInputElement).checked);
  }

  async isDisabled(): Promise<boolean> {
    return this.evaluate((element) => element.matches(':disabled, [aria-disabled="true"]'));
  }

  async boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null> {
    return (await this.handle()).boundingBox();
  }

  async click(): Promise<void> {
    await this.waitFor();
    await until(async () => !(await this.isDisabled()), `${this.#name} is enabled`);
    await (await this.handle()).click();
  }

  async focus(): Promise<void> {
    await this.evaluate((element) => element.focus());
  }

  async blur(): Promise<void> {
    await this.evaluate((element) => element.blur());
  }

  async scrollIntoView(): Promise<void> {
    await this.evaluate((element) => element.scrollIntoView({ block: "center" }));
  }

  async setChecked(isChecked: boolean): Promise<void> {
    if ((await this.isChecked()) !== isChecked) await this.click();
  }

  async check(): Promise<void> {
    await this.setChecked(true);
  }

  async fill(text: string): Promise<void> {
    await this.waitFor();
    await this.evaluate((element, text) => {
      element.focus();
      (element as HTMLInputElement).value = text;
      element.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
  }

  async selectOption(value: string): Promise<void> {
    await this.waitFor();
    const chosen = await this.evaluate((element, value) => {
      const select = element as HTMLSelectElement;
      select.value = value;
      for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
      return select.value;
    }, value);
    if (chosen !== value) throw new Error(`${this.#name} has no option ${value}`);
  }
}
