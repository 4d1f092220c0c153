import type { Change } from "../../bindings/web/policy.js";
import { element } from "./element.js";

/** Changes as removed and added lines, below the map that contains them. */
export function diff(changes: Change[]): HTMLElement {
  const lines = element("pre", { class: "diff" });
  let parent = "";
  for (const { path, before, after } of changes) {
    const [holder, field] = [path.slice(0, path.lastIndexOf(".")), path.slice(path.lastIndexOf(".") + 1)];
    if (holder !== parent) lines.append(element("span", {}, `  ${holder}:\n`));
    parent = holder;
    lines.append(element("del", {}, `-   ${field}: ${shown(before)}\n`), element("ins", {}, `+   ${field}: ${shown(after)}\n`));
  }
  return lines;
}

function shown(value: string): string {
  return value === "" ? '""' : value;
}
