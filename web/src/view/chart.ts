import { count, STANDINGS } from "../clusters/standing.js";
import type { Result } from "../../bindings/web/policy.js";
import { words } from "../i18n/language.js";
import { element } from "./element.js";

const SVG = "http://www.w3.org/2000/svg";

function shape(tag: string, attributes: Record<string, string>, ...children: Node[]): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** How many clusters stand how: a bar, and its parts in words. */
export function chart(results: Result[]): HTMLElement {
  const said = words();
  const counts = [...count(results)].filter(([, clusters]) => clusters > 0);
  const sorted = counts.sort(([one], [other]) => STANDINGS.indexOf(one) - STANDINGS.indexOf(other));
  const title = shape("title", {});
  title.textContent = said.clusters.chart(sorted.map(([standing, clusters]) => `${clusters} ${said.standing[standing]}`).join(", "));
  const bar = shape(
    "svg",
    { role: "img", class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "data-testid": "clusters-chart" },
    title,
  );
  const legend = element("ul", { class: "legend" });
  let x = 0;
  for (const [standing, clusters] of sorted) {
    const width = (100 * clusters) / results.length;
    bar.append(shape("rect", { x: String(x), y: "0", width: String(width), height: "10", class: `fill-${standing}` }));
    x += width;
    const dot = element("span", { class: `dot dot-${standing}`, "aria-hidden": "true" });
    legend.append(element("li", {}, dot, element("b", {}, String(clusters)), ` ${said.standing[standing]}`));
  }
  return element("div", { class: "chart" }, bar, legend);
}
