/** The documents of a text of JSON, one after the other, each as the text that it is. */
export function documents(json: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  // Texts as a whole, so that brackets in them do not count.
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "{" || token === "[") {
      if (depth === 0) start = index;
      depth += 1;
    } else if (token === "}" || token === "]") {
      depth -= 1;
      if (depth === 0) found.push(json.slice(start, index + 1));
    }
  }
  return found;
}

/** What the page itself reads of an object. */
export interface Held {
  kind?: string;
  metadata?: { name?: string };
  items?: Held[];
  request?: object;
  operation?: string;
}

/** All objects of a text, those of its Lists as well. */
export function objects(json: string): Held[] {
  const held = (value: Held): Held[] => (Array.isArray(value.items) ? value.items.flatMap(held) : [value]);
  return documents(json).flatMap((document) => held(JSON.parse(document) as Held));
}

/** A text of JSON in one line. What is quoted stays as it is. */
export function inOneLine(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
}
