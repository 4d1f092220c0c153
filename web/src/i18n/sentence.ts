/** A part of a sentence: words of the page, or a quoted value. */
type Part = string | { code: string };

export type Sentence = Part[];

/**
 * A sentence from a template. Strings that are inserted are quoted, sentences are not.
 */
export function say(words: TemplateStringsArray, ...values: (string | Sentence)[]): Sentence {
  const parts: Sentence = [];
  words.forEach((text, index) => {
    if (text !== "") parts.push(text);
    const value = values[index];
    if (typeof value === "string") parts.push({ code: value });
    else if (value) parts.push(...value);
  });
  return parts;
}
