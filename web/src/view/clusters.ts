import type { Compared, Result } from "../../bindings/web/policy.js";
import { COLUMNS, matches, order, rowsOf, type Column, type Row } from "../clusters/row.js";
import { csv, markdown } from "../clusters/table.js";
import { count } from "../clusters/verdict.js";
import { inWords, words } from "../i18n/language.js";
import { chart, inWords as counted } from "./chart.js";
import { Copies } from "./copy.js";
import { detail } from "./detail.js";
import { element } from "./element.js";
import { save } from "./save.js";

/** How many rows are shown at once. */
const PAGE = 200;

/** Several answers as a table. */
export class Clusters {
  readonly element = element("section", { class: "clusters", "data-testid": "clusters", hidden: true });
  readonly #heading = element("h2");
  readonly #summary = element("p", { class: "hint", "data-testid": "clusters-summary" });
  readonly #chart = element("div");
  readonly #label = element("label", { for: "clusters-filter" });
  readonly #filter = element("input", { id: "clusters-filter", type: "search", "data-testid": "clusters-filter", autocomplete: "off" });
  readonly #headers = new Map<Column, { cell: HTMLTableCellElement; button: HTMLButtonElement }>();
  readonly #caption = element("caption", { class: "hidden-text" });
  readonly #body = element("tbody");
  readonly #shown = element("p", { class: "hint", role: "status" });
  readonly #more = element("button", { type: "button" });
  readonly #copies = new Copies("table-copied");
  #server: Compared | undefined;
  #rows: Row[] = [];
  #found: Row[] = [];
  #limit = PAGE;
  #column: Column = "verdict";
  #descending = false;
  /** The key of the row that is open. */
  #open: string | undefined;

  /** `chosen` is called with the answer whose row is open. */
  constructor(private readonly chosen: (result: Result | undefined) => void) {
    const heads = element("tr");
    for (const column of COLUMNS) heads.append(this.#header(column));
    const table = element("table", { "data-testid": "clusters-table" }, this.#caption, element("thead", {}, heads), this.#body);
    const copy = this.#copies.button("copy-markdown", (words) => words.clusters.markdown, () => this.#markdown());
    const download = element("button", { type: "button", "data-testid": "save-csv" });
    download.addEventListener("click", () => save("clusters.csv", "text/csv", csv(this.#chosen(), this.#server)));
    const filter = element("div", { class: "filter" }, this.#label, this.#filter, copy, download, ...this.#copies.status);
    const foot = element("div", { class: "foot" }, this.#shown, this.#more);
    this.element.append(this.#heading, this.#summary, this.#chart, filter, element("div", { class: "wide" }, table), foot);
    this.#filter.addEventListener("input", () => this.#find());
    this.#more.addEventListener("click", () => {
      const first = this.#found[this.#limit];
      this.#limit += PAGE;
      this.#draw();
      if (first) this.#focus(first);
    });
    inWords((words) => {
      const { clusters } = words;
      this.#heading.textContent = clusters.heading;
      this.#caption.textContent = clusters.table;
      this.#label.textContent = clusters.filter;
      this.#filter.placeholder = clusters.filterHint;
      download.textContent = clusters.csv;
      for (const [column, { button }] of this.#headers) button.textContent = clusters.columns[column];
    });
  }

  /** Shows the answers; resets the view if there are not several. */
  show(results: Result[], server: Compared | undefined): void {
    this.#server = server;
    this.#copies.forget();
    if (results.length < 2) {
      this.hide();
      this.#open = undefined;
      this.#limit = PAGE;
      this.#filter.value = "";
      return;
    }
    this.element.hidden = false;
    this.#rows = rowsOf(results, words());
    this.#chart.replaceChildren(chart(results));
    this.#summary.textContent = this.#summed(results);
    this.#find();
  }

  /** The counts as rancher-agents ends its table with them. */
  #summed(results: Result[]): string {
    const server = this.#server ? ` (Rancher ${this.#server.version})` : "";
    return words().clusters.summary(results.length, counted(count(results))) + server;
  }

  /** The clusters that match the filter, in their order. */
  #chosen(): Result[] {
    return this.#found.map(({ result }) => result);
  }

  #markdown(): string {
    const results = this.#chosen();
    return markdown(results, this.#server, this.#summed(results));
  }

  /** Hides the table while a text cannot be read; filter and open row are kept. */
  hide(): void {
    this.element.hidden = true;
    this.#rows = [];
    this.#body.replaceChildren();
  }

  #find(): void {
    const filter = this.#filter.value.trim().toLowerCase();
    this.#found = this.#rows.filter((row) => matches(row, filter)).sort(order(this.#column));
    if (this.#descending) this.#found.reverse();
    this.#draw();
  }

  #draw(): void {
    const { clusters } = words();
    const rows = this.#found.slice(0, this.#limit);
    this.#body.replaceChildren(...rows.flatMap((row) => this.#row(row)));
    const hidden = this.#found.length - rows.length;
    this.#more.hidden = hidden === 0;
    this.#more.textContent = clusters.more(Math.min(hidden, PAGE));
    this.#shown.textContent = this.#found.length === 0 ? clusters.nothing : clusters.shown(rows.length, this.#found.length);
    for (const [column, { cell }] of this.#headers) {
      const direction = this.#descending ? "descending" : "ascending";
      cell.setAttribute("aria-sort", column === this.#column ? direction : "none");
    }
    this.chosen(rows.find(({ key }) => key === this.#open)?.result);
  }

  #header(column: Column): HTMLTableCellElement {
    const button = element("button", { type: "button", class: "sort" });
    const cell = element("th", { scope: "col", "aria-sort": "none" }, button);
    button.addEventListener("click", () => {
      this.#descending = this.#column === column && !this.#descending;
      this.#column = column;
      this.#find();
    });
    this.#headers.set(column, { cell, button });
    return cell;
  }

  #row(row: Row): HTMLElement[] {
    const { clusters } = words();
    const isOpen = row.key === this.#open;
    const button = element("button", { type: "button", class: "link", "aria-expanded": String(isOpen) }, row.title || "–");
    button.addEventListener("click", () => this.#toggle(row));
    const name = row.name === row.title ? [] : [element("small", {}, row.name)];
    const cell = (column: Column, ...content: (Node | string)[]) =>
      element("td", { "data-label": clusters.columns[column] }, element("div", {}, ...content));
    const image = (image: string) => element("span", { class: "image", title: image }, ...short(image));
    const gap = row.gapText === "" ? [] : [element("small", {}, row.gapText)];
    const reason = row.reason === "" ? [] : [element("small", {}, row.reason)];
    const shown = element(
      "tr",
      { "data-testid": "clusters-row", "data-outcome": row.outcome, "data-name": row.name, "data-key": row.key },
      element("th", { scope: "row", "data-label": clusters.columns.name }, element("div", {}, button, ...name)),
      cell("desired", image(row.desired)),
      cell("deployed", image(row.deployed)),
      cell("verdict", element("span", { class: `dot fill-${row.verdict}`, "aria-hidden": "true" }), row.verdictText, ...gap),
      cell("outcome", element("span", { class: "chip", "data-outcome": row.outcome }, row.outcomeText), ...reason),
    );
    if (!isOpen) return [shown];
    const held = element("td", { colspan: String(COLUMNS.length) }, detail(row.result));
    return [shown, element("tr", { class: "open" }, held)];
  }

  #toggle(row: Row): void {
    this.#open = this.#open === row.key ? undefined : row.key;
    this.#draw();
    this.#focus(row);
  }

  #focus({ key }: Row): void {
    const row = [...this.#body.rows].find(({ dataset }) => dataset["key"] === key);
    row?.querySelector("button")?.focus();
  }
}

/** A tag of this length fits into its column at 1280 pixels. */
const SHORT_TAG = 32;

/**
 * An image without its registry, and with the first digits of its digest. A line may end
 * before the tag, but not within it, unless it is very long.
 */
function short(image: string): (string | Node)[] {
  const name = image.slice(image.lastIndexOf("/") + 1).replace(/(@\w+:[0-9a-f]{8})[0-9a-f]+$/, "$1…");
  const [, repository = "", tag = ""] = /^([^:@]*[:@])(.*)$/s.exec(name) ?? [];
  return tag === "" || tag.length > SHORT_TAG ? [name] : [repository, element("wbr"), element("span", { class: "tag" }, tag)];
}
