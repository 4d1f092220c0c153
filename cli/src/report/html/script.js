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

function show() {
  const wanted = text.value.trim().toLowerCase();
  let shown = 0;
  for (const { row, texts } of rows) {
    const isShown =
      (verdict.value === "" || row.dataset.verdict === verdict.value) &&
      texts.some((text) => text.toLowerCase().includes(wanted));
    row.hidden = !isShown;
    shown += isShown ? 1 : 0;
  }
  count.textContent = `${shown} of ${rows.length} shown`;
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
filter.hidden = false;
show();
