import { element } from "./element.js";

/** Lets the browser save a text as a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: url, download: name }).click();
  // The browser has read it by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}
