import type { Shared } from "./share.js";

/** Keeps the texts while the page reloads, and no longer. */
const KEY = "texts";

/** False if they are too large, or the browser stores nothing. */
export function keep(texts: Shared): boolean {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(texts));
    return true;
  } catch {
    return false;
  }
}

/** The texts that were kept. */
export function takeKept(): Shared | undefined {
  try {
    const kept = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return kept === null ? undefined : (JSON.parse(kept) as Shared);
  } catch {
    return undefined;
  }
}
