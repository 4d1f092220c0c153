/** What the browser keeps of this page: the theme and the language, and nothing else. */
type Key = "theme" | "language";

/** `null` if there is nothing, or if the browser keeps nothing at all. */
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
    // Then it holds until the page is closed.
  }
}
