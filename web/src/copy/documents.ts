/** The documents of a text of JSON, each as its own text. */
export function documents(json: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  // Strings are matched as a whole, so that brackets in them do not count.
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

/** All objects of a text, also those in Lists and arrays. */
export function objects(json: string): Held[] {
  return documents(json).flatMap((document) => held(JSON.parse(document)));
}

function held(value: unknown): Held[] {
  if (Array.isArray(value)) return value.flatMap(held);
  if (typeof value !== "object" || value === null) return [];
  const { items } = value as Held;
  return Array.isArray(items) ? held(items) : [value];
}

/** Rancher's Settings among them, as the module recognises them. */
export function settingsOf(objects: Held[]): Held[] {
  const isRanchers = ({ apiVersion }: Held) =>
    typeof apiVersion !== "string" || ["", "management.cattle.io/v3"].includes(apiVersion);
  return objects.filter((object) => object.kind === "Setting" && isRanchers(object));
}

/** A text of JSON in one line, with its strings unchanged. */
export function inOneLine(json: string): string {
  return json.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, "$1");
}
