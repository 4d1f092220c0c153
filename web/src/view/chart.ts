import { count } from "../clusters/verdict.js";
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

/** How many clusters have which verdict: a bar, and its parts in words. */
export function chart(results: Result[]): HTMLElement {
  const said = words();
  const counts = count(results).filter(([, clusters]) => clusters > 0);
  const title = shape("title", {});
  title.textContent = said.clusters.chart(inWords(counts));
  const bar = shape(
    "svg",
    { role: "img", class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "data-testid": "clusters-chart" },
    title,
  );
  const legend = element("ul", { class: "legend" });
  let x = 0;
  for (const [verdict, clusters] of counts) {
    const width = (100 * clusters) / results.length;
    bar.append(shape("rect", { x: String(x), y: "0", width: String(width), height: "10", class: `fill-${verdict}` }));
    x += width;
    const dot = element("span", { class: `dot fill-${verdict}`, "aria-hidden": "true" });
    legend.append(element("li", {}, dot, element("b", {}, String(clusters)), ` ${said.clusterVerdict[verdict]}`));
  }
  return element("div", { class: "chart" }, bar, legend);
}

/** The counts, in the words of `rancher-agents`. */
export function inWords(counts: ReturnType<typeof count>): string {
  return counts.map(([verdict, clusters]) => `${clusters} ${words().clusterVerdict[verdict]}`).join(", ");
}
