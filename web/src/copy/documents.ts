/** The documents of a text of JSON, one after the other, each as the text that it is. */
export function documents(json: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  // Texts as a whole, so that brackets in them do not count.
  for (const { 0: token, index } of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g)) {
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
  apiVersion?: unknown;
  kind?: string;
  metadata?: { name?: string };
  items?: unknown;
  request?: object;
  operation?: string;
}

/** All objects of a text, those of its Lists and arrays as well. */
export function objects(json: string): Held[] {
  return documents(json).flatMap((document) => held(JSON.parse(document)));
}

function held(value: unknown): Held[] {
  if (Array.isArray(value)) return value.flatMap(held);
  if (typeof value !== "object" || value === null) return [];
  const { items } = value as Held;
  return Array.isArray(items) ? held(items) : [value];
}

/** Rancher's Settings among them, as the module takes them. */
export function settingsOf(objects: Held[]): Held[] {
  const isRanchers = ({ apiVersion }: Held) =>
    typeof apiVersion !== "string" || ["", "management.cattle.io/v3"].includes(apiVersion);
  return objects.filter((object) => object.kind === "Setting" && isRanchers(object));
}

/** A text of JSON in one line. What is quoted stays as it is. */
export function inOneLine(json: string): string {
  return json.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, "$1");
}
