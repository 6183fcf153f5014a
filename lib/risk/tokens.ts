import { MODIFIERS, verbOf } from '@/lib/risk/lexicon';

/** Two-word nouns whose first word would otherwise read as a verb. */
const COMPOUNDS: readonly (readonly [string, string])[] = [
  ['pull', 'request'],
  ['pull', 'requests'],
  ['merge', 'request'],
  ['merge', 'requests'],
  ['check', 'run'],
  ['check', 'runs'],
  ['check', 'suite'],
  ['log', 'group'],
  ['log', 'groups'],
  ['log', 'stream'],
  ['status', 'report'],
];

/** Lower-case words of an identifier: camelCase, PascalCase, snake_case, kebab-case and dotted names. */
export function splitIdentifier(identifier: string): string[] {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/**
 * Words of a tool's name without the server's own prefix ("firecrawl_monitor_delete" on a Firecrawl server gives
 * monitor, delete). A leading word that is a verb stays: a server called "fetch" may well have a tool that fetches.
 * Never empty unless the name has no letter or digit.
 */
export function nameWords(server: string, name: string): string[] {
  const words = joinCompounds(splitIdentifier(name));
  const prefix = new Set([...splitIdentifier(server), 'mcp']);
  let start = 0;
  while (start < words.length - 1) {
    const word = words[start] as string;
    if (statesMethod(words.slice(start))) break;
    const isPrefix = prefix.has(word) || isNumberedPrefix(word, prefix) || /.mcp$/.test(word);
    if ((!isPrefix && !MODIFIERS.has(word)) || verbOf(word)?.nominal === false) break;
    start++;
  }
  return words.slice(start);
}

const CHANGING_METHODS = new Set(['post', 'put', 'patch', 'delete']);

/** Generated names state the HTTP method (`API-post-search`); whatever the path is called, a method that changes is believed. */
export const statesMethod = (words: readonly string[]): boolean => words[0] === 'api' && CHANGING_METHODS.has(words[1] ?? '');

/** "auth0" on server "auth0-mcp-server" splits differently from "n8n": both are the same prefix. */
function isNumberedPrefix(word: string, prefix: ReadonlySet<string>): boolean {
  return /\d/.test(word) && prefix.has(word.replace(/\d+$/, ''));
}

function joinCompounds(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const pair = COMPOUNDS.some(([first, second]) => words[i] === first && words[i + 1] === second);
    joined.push(pair ? `${words[i]}${words[i + 1]}` : (words[i] as string));
    if (pair) i++;
  }
  return joined;
}

/** Base form of a verb as sentences use it (creates, creating, copies), or null when it is no known verb. */
export function verbBase(word: string): string | null {
  for (const candidate of baseForms(word)) if (verbOf(candidate) !== undefined) return candidate;
  return null;
}

function baseForms(word: string): string[] {
  const forms = [word];
  if (word.endsWith('ies')) forms.push(`${word.slice(0, -3)}y`);
  if (word.endsWith('es')) forms.push(word.slice(0, -2));
  if (word.endsWith('s') && !word.endsWith('ss')) forms.push(word.slice(0, -1));
  if (word.endsWith('ing') && word.length > 5) {
    const stem = word.slice(0, -3);
    forms.push(stem, `${stem}e`);
    if (stem.at(-1) === stem.at(-2)) forms.push(stem.slice(0, -1));
  }
  return forms;
}

/** Singular of a noun, good enough to compare object words. */
export function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us') ? word.slice(0, -1) : word;
}
