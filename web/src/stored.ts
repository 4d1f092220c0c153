/** What the browser stores for this page: the theme and the language, and nothing else. */
type Key = "theme" | "language";

/** `null` if there is nothing, or if the browser stores nothing at all. */
export function stored(key: Key): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function store(key: Key, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it lasts until the page is closed.
  }
}
