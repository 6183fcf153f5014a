import { BUNDLING, DUAL, JOB_VERBS, PREPOSITIONS, STATE_NOUNS, verbOf } from '@/lib/risk/lexicon';
import { statesMethod } from '@/lib/risk/tokens';

/** What a tool's name says: its verb or verbs, and how far that can be trusted. */
export interface NameReading {
  /** base forms, most telling first; empty when the name has no verb */
  readonly verbs: readonly string[];
  readonly strength: 'strong' | 'weak' | 'none';
  /** last word, when it asks for a state of things */
  readonly stateNoun: string | null;
}

/** Reads the verb of a name given as words (see nameWords). */
export function readName(words: readonly string[]): NameReading {
  const last = words.at(-1) ?? '';
  const stateNoun = STATE_NOUNS.has(last) ? last : null;
  const index = headIndex(words);
  const verb = index < 0 ? undefined : words[index];
  if (verb === undefined) return { verbs: [], strength: 'none', stateNoun };
  const isJob = stateNoun !== null && (JOB_VERBS.has(verb) || verbOf(verb)?.nominal === true) && words.length > 1;
  if (isJob) return { verbs: [], strength: 'none', stateNoun };
  if (statesMethod(words)) return { verbs: [verb], strength: 'strong', stateNoun: null };
  const verbs = coordinated(words, index);
  const nominal = verbs.every((word) => verbOf(word)?.nominal !== false);
  return { verbs, strength: nominal || BUNDLING.has(verb) ? 'weak' : 'strong', stateNoun };
}

function headIndex(words: readonly string[]): number {
  if (statesMethod(words)) return 1;
  const isVerb = (i: number) => verbOf(words[i] ?? '') !== undefined && !PREPOSITIONS.has(words[i - 1] ?? '');
  const isPlain = (i: number) => isVerb(i) && verbOf(words[i] ?? '')?.nominal === false;
  const lastIndex = words.length - 1;
  const plain = words.findIndex((_, i) => isPlain(i));
  if (plain >= 0) {
    const overtakes = plain < lastIndex && DUAL.has(words[plain] ?? '') && isPlain(lastIndex);
    return overtakes && !joins(words[lastIndex - 1]) ? lastIndex : plain;
  }
  if (isVerb(0)) return 0;
  return isVerb(lastIndex) ? lastIndex : words.findIndex((_, i) => isVerb(i));
}

const joins = (word: string | undefined): boolean => word === 'or' || word === 'and';

/** The head with the verbs joined to it by "and" or "or": create_or_update_file. */
function coordinated(words: readonly string[], head: number): string[] {
  const verbs = [words[head] as string];
  for (let i = head + 1; joins(words[i]) && verbOf(words[i + 1] ?? '') !== undefined; i += 2) verbs.push(words[i + 1] as string);
  return verbs;
}
