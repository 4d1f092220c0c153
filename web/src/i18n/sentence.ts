/** A piece of a sentence: words of the page, or something that is quoted as it stands. */
type Part = string | { code: string };

export type Sentence = Part[];

/**
 * A sentence from a template. Texts that are put in are quoted, sentences become a part of
 * it.
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
