// Controls, formats (direction overrides, zero-width, tags), ignorable code points, line separators and lone surrogates.
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

/** Text of agents and servers as one line that cannot lie to a reader: what would not be seen is written as `[U+202E]`, and the rest is cut. */
export function inertLine(text: string, charactersMax = 200): string {
  const line = text.replace(/[\t\r\n]+/g, ' ').replace(DECEPTIVE, mark);
  return line.length <= charactersMax ? line : `${line.slice(0, charactersMax - 1).toWellFormed()}…`;
}

/** The same over several lines. */
export function inertText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu, mark);
}

function mark(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
