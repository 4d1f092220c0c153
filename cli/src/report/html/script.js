"use strict";
// Sorts and filters. Without it, the table is as the command has sorted it.
const body = document.querySelector("tbody");
const rows = [...body.rows].map((row, rank) => ({
  row,
  rank,
  texts: [...row.cells].map((cell) => cell.textContent),
}));

const filter = document.querySelector(".filter");
const text = document.querySelector("#text");
const verdict = document.querySelector("#verdict");
const count = document.querySelector("#count");

// A browser takes seconds to lay out ten thousand rows: that many only when somebody wants them.
const MOST = 500;
let most = MOST;
const all = document.createElement("button");
all.type = "button";

function show() {
  const wanted = text.value.trim().toLowerCase();
  let found = 0;
  for (const { row, texts } of rows) {
    const isFound =
      (verdict.value === "" || row.dataset.verdict === verdict.value) &&
      texts.some((text) => text.toLowerCase().includes(wanted));
    found += isFound ? 1 : 0;
    row.hidden = !isFound || found > most;
  }
  count.textContent = `${Math.min(found, most)} of ${rows.length} shown`;
  all.textContent = `Show all ${found}`;
  all.hidden = found <= most;
}

function showUpTo(limit) {
  most = limit;
  show();
}

const { compare } = new Intl.Collator("en", { numeric: true });

function sort(column, header) {
  const direction = header.ariaSort === "ascending" ? "descending" : "ascending";
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  const isUrgency = header.dataset.fact === "verdict";
  const order = (a, b) =>
    isUrgency
      ? a.row.dataset.urgency - b.row.dataset.urgency
      : compare(a.texts[column], b.texts[column]);
  rows.sort((a, b) => sign * order(a, b) || a.rank - b.rank);
  body.append(...rows.map(({ row }) => row));
  show();
}

document.querySelectorAll("thead th").forEach((header, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = header.textContent;
  button.addEventListener("click", () => sort(column, header));
  header.replaceChildren(button);
});
text.addEventListener("input", show);
verdict.addEventListener("change", show);
all.addEventListener("click", () => showUpTo(Infinity));
addEventListener("beforeprint", () => showUpTo(Infinity));
addEventListener("afterprint", () => showUpTo(MOST));
filter.append(all);
filter.hidden = false;
show();
