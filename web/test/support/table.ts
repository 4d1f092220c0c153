/** Rows of figures under their heads, as text. */
export function table(rows: [string, ...number[]][], heads: string[]): string {
  const lines = [heads, ...rows.map((row) => row.map(String))];
  return lines
    .map(([first, ...rest]) => `${(first ?? "").padEnd(36)}${rest.map((text) => text.padStart(14)).join("")}`)
    .join("\n");
}
