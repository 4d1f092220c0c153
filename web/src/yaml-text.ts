/** A value as YAML in block style. For what the page itself writes: strings, numbers, lists, maps. */
export function yamlText(value: unknown): string {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0
    ? `${block(value, "")}\n`
    : `${scalar(value)}\n`;
}

/** Strings that YAML reads unquoted: letters first, and no character with a meaning. */
const PLAIN = /^[A-Za-z/][\w./@-]*(:[\w./@-]+)*$/;
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

function scalar(value: unknown): string {
  if (typeof value === "string" && PLAIN.test(value) && !RESERVED.test(value)) return value;
  return JSON.stringify(value) ?? "null";
}

function block(value: object, indent: string): string {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => `${indent}- ${held(item, `${indent}  `).trimStart()}`).join("\n");
  }
  return Object.entries(value)
    .map(([key, item]) => `${indent}${scalar(key)}:${held(item, Array.isArray(item) ? indent : `${indent}  `)}`)
    .join("\n");
}


function held(value: unknown, indent: string): string {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0
    ? `\n${block(value, indent)}`
    : ` ${scalar(value)}`;
}
