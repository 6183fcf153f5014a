/** Plain statements about effects that a description makes, negations taken into account. */
export interface Claims {
  readonly readOnly: string | null;
  readonly irreversible: string | null;
  readonly overwrites: string | null;
  readonly readOnlyQuery: boolean;
}

const READ_ONLY =
  /(?<!not |non-|isn't |a |an )\bread[- ]only\b(?! (replica|field|propert|propriet|user|role|member|permission|token|key|share|link|mode (is )?off))|\b(does|do|will|did) not (modify|change|alter|mutate|write|delete|create|affect|run or modify)\b|\bwithout (modifying|changing|altering|writing|deleting|side effects)\b|\bno side[- ]effects\b|\bonly reads?\b|\bnever (modifies|changes|writes)\b/i;
const IRREVERSIBLE =
  /\bpermanent(ly)?\b|\b(cannot|can't|can not|could not) be (undone|reversed|recovered|restored)\b|\birreversibl[ey]\b|\bdestructive\b|\bunrecoverable\b|\bwill be lost\b|\bno way to (undo|recover)\b/gi;
const OVERWRITES = /\b(completely |will |and )?(overwrit(e|es|ing)|replaces? (all|the entire|the whole|everything|existing))\b/gi;
const NEGATED_BEFORE = /(\b(not|never|no|non|n't|without|isn't|prevents?|avoid|rather than|instead of)\b[\s-]*(\w+\s+){0,2}|non-)$/i;
const READ_ONLY_QUERY =
  /\bread[- ]only (sql )?(quer|select|transaction|statement|access|mode|operation|command)|\bonly (allows? |accepts? |supports? |permits? )?(select|read)\b|\bselect[- ](only|queries only|statements only)\b|\bonly select\b/i;

/** Finds the first un-negated statement of each kind; texts are given as found, for people. Never throws. */
export function readClaims(text: string): Claims {
  const readOnly = READ_ONLY.exec(text);
  return {
    readOnly: readOnly?.[0] ?? null,
    irreversible: unNegated(text, IRREVERSIBLE),
    overwrites: unNegated(text, OVERWRITES),
    readOnlyQuery: READ_ONLY_QUERY.test(text),
  };
}

function unNegated(text: string, pattern: RegExp): string | null {
  for (const match of text.matchAll(pattern)) {
    if (!NEGATED_BEFORE.test(text.slice(Math.max(0, match.index - 40), match.index))) return match[0];
  }
  return null;
}
