import { BUNDLING, verbOf } from '@/lib/risk/lexicon';
import { verbBase } from '@/lib/risk/tokens';

/** What a description says the tool does. */
export interface DescriptionReading {
  /** base forms of the first verb and those coordinated with it ("create, update or delete") */
  readonly verbs: readonly string[];
  readonly strength: 'strong' | 'weak' | 'none';
  /** whether the very first sentence says it */
  readonly opens: boolean;
  /** lower-case words of that sentence, to tell senses of a verb apart */
  readonly words: readonly string[];
}

const MAX_READ_CHARS = 2000;
const MAX_SENTENCES = 10;

/** Openings that talk about the tool before saying what it does. */
const OPENINGS: readonly RegExp[] = [
  /^(deprecated|beta|experimental|preview|new|important|note|mandatory|primary tool|description)\b\s*[:.\-–—]\s*/i,
  /^(you (can|may) )?(use|call|invoke|run) (this|it)( tool| function| endpoint| command)?( only)? (to|for|when(ever)? (you|the user) (need|want)s? to|if you (need|want) to)\s+/i,
  /^(this|the) (mcp )?(tool|endpoint|function|method|api|operation|action|command|call|server|helper|one)?\s*(will |can |may |is (used|designed|intended) (to|for) |let'?s? you |allows? (you |users |the user |agents )?to |enables? (you |users )?to |helps? (you )?(to )?)?/i,
  /^(used|useful|([\w-]+ ){0,3}tools?|an? (api|endpoint|function|command)|helper|utility|function|endpoint|ability|(make|send)s? an? (\w+ )?(request|call)|(make|send)s? an? (\w+ )?request to [\w ]+ to|command|request) (that |which |used )?(to|for|can)\s+/i,
  /^(allows?|lets?|enables?|helps?) (you |users? |the user |agents? |clients? )?(to )?/i,
];

/** Verbs that, in the imperative after the first sentence, address the model and do not describe the tool. */
const DIRECTIONS: ReadonlySet<string> = new Set(
  'use call pass provide include set give note see ensure prefer make get check ask confirm read run add follow share display show print return record tell omit send submit update create retry try start go wait apply search list fetch look review verify validate treat handle write'.split(
    ' ',
  ),
);

/** Light verbs: what they govern says what is done ("perform a search", "run a health check"). */
const LIGHT: ReadonlySet<string> = new Set(['perform', 'run', 'execute', 'make', 'start', 'conduct', 'do', 'initiate']);
const INQUIRIES =
  /^(an?|the|one or more|any)?\s*((?!sql|raw|shell|arbitrary)[\w-]+\s+){0,3}(search(es)?|lookup|check|review|analysis|query against the index|inquiry|scan for|diagnostic)\b/i;

/** Reads the first sentence that says what the tool does; coordinated verbs are all given. */
export function readDescription(description: string): DescriptionReading {
  const sentences = sentencesOf(description);
  for (const [index, sentence] of sentences.entries()) {
    const reading = readHead(sentence, index > 0);
    if (reading !== null) return { ...reading, opens: index === 0, strength: index < 3 ? 'strong' : 'weak' };
  }
  const inside = sentences[0] === undefined ? null : readInside(sentences[0]);
  return inside ?? { verbs: [], strength: 'none', opens: false, words: lowerWords(sentences[0] ?? '') };
}

/** Every chain of two or more coordinated verbs in the opening ("create, read, update, delete"), for bundling tools. */
export function bundledVerbs(description: string): string[] {
  const found: string[] = [];
  for (const sentence of sentencesOf(description).slice(0, 4)) {
    const tokens = tokenize(sentence);
    for (let i = 0; i < tokens.length; i++) {
      const chain = chainAt(tokens, i);
      if (chain.length > 1) found.push(...chain);
      i += Math.max(0, chain.length - 1);
    }
  }
  return found;
}

function sentencesOf(description: string): string[] {
  return description
    .slice(0, MAX_READ_CHARS)
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/\[(important|note|deprecated|beta|experimental)\]\s*/gi, '')
    .replace(/[*_#>`]{1,3}(?=\S)|(?<=\S)[*#`]{1,3}/g, '')
    .split(/(?<=[.!?:])\s+(?=[^a-z(])|\n+|\s[—–]\s/u)
    .map((sentence) => sentence.replace(/^[^\p{L}\p{N}([]+/u, '').trim())
    .filter((sentence) => sentence !== '')
    .slice(0, MAX_SENTENCES);
}

function readHead(sentence: string, isLater: boolean): DescriptionReading | null {
  let rest = sentence;
  let opened = false;
  for (const opening of OPENINGS) {
    const next = rest.replace(opening, '');
    opened ||= next !== rest;
    rest = next;
  }
  const tokens = tokenize(rest);
  let start = 0;
  while (start < 2 && isAside(tokens[start])) start++;
  const chain = chainAt(tokens, start);
  const head = chain[0];
  if (head === undefined) return null;
  const imperative = tokens[start] === head;
  if (isLater && imperative && !opened && DIRECTIONS.has(head)) return null;
  const governed = rest.slice(rest.toLowerCase().indexOf(tokens[start] ?? '') + (tokens[start] ?? '').length).trim();
  const verbs = LIGHT.has(head) && INQUIRIES.test(governed) ? ['search'] : chain;
  return { verbs, strength: 'strong', opens: !isLater, words: lowerWords(rest) };
}

/** A plain verb further inside the first sentence: weak, since it may belong to a subordinate clause. */
function readInside(sentence: string): DescriptionReading | null {
  const tokens = tokenize(sentence);
  for (let i = 1; i < Math.min(tokens.length, 10); i++) {
    const base = verbBase(tokens[i] ?? '');
    if (base === null || verbOf(base)?.nominal !== false || /^(the|an?|this|of|by|when|if)$/.test(tokens[i - 1] ?? '')) continue;
    return { verbs: chainAt(tokens, i), strength: 'weak', opens: true, words: lowerWords(sentence) };
  }
  return null;
}

/** Verbs from `start` on that are joined by commas, slashes, "and", "or". */
function chainAt(tokens: readonly string[], start: number): string[] {
  const chain: string[] = [];
  let i = start;
  for (;;) {
    const base = verbBase(tokens[i] ?? '');
    if (base === null) return chain;
    chain.push(base);
    let next = i + 1;
    while (/^([,/&]|and|or|then)$/.test(tokens[next] ?? '')) next++;
    if (next === i + 1) return chain;
    if (isAside(tokens[next])) next++;
    i = next;
  }
}

/** Adverbs and the like before a verb; "apply" and "reply" are verbs. */
function isAside(token: string | undefined): boolean {
  return token !== undefined && /^(\w{3,}ly|one-shot|batch|bulk|force|also|either|first)$/.test(token) && verbBase(token) === null;
}

const tokenize = (sentence: string): string[] =>
  sentence
    .slice(0, 400)
    .toLowerCase()
    .match(/[\p{L}\p{N}'-]+|[,/&]/gu) ?? [];
const lowerWords = (text: string): string[] =>
  text
    .slice(0, 400)
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** True when every verb only bundles others, so the actions must be looked up elsewhere. */
export function onlyBundles(verbs: readonly string[]): boolean {
  return verbs.length > 0 && verbs.every((verb) => BUNDLING.has(verb));
}
