/** Words that say what is done, in families of the same effect. */
const VERBS: readonly (readonly string[])[] = [
  ['delete', 'remove', 'drop', 'destroy', 'purge', 'erase', 'wipe', 'truncate', 'clear', 'unlink', 'rm'],
  ['pay', 'charge', 'transfer', 'refund', 'payout', 'withdraw', 'send', 'buy', 'purchase', 'order', 'invoice', 'wire', 'credit', 'debit'],
  ['run', 'exec', 'execute', 'eval', 'invoke', 'call', 'shell', 'bash', 'script', 'query'],
  ['create', 'add', 'insert', 'new', 'make', 'post'],
  ['update', 'edit', 'modify', 'set', 'write', 'put', 'patch', 'change'],
  ['get', 'list', 'read', 'find', 'search', 'show', 'fetch'],
];
const FAMILY_OF = new Map(VERBS.flatMap((family, i) => family.map((verb) => [verb, i] as const)));

/** The words of a tool's name, in lower case and without the plural s. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1)
    .map((word) => (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word));
}

/** Whether two names speak of the same thing, or do the same to different things. The server's prefix (`github__`) says nothing. */
export function isRelated(a: string, b: string): boolean {
  const [left, right] = [wordsOf(withoutPrefix(a)), wordsOf(withoutPrefix(b))];
  const things = left.filter((word) => !FAMILY_OF.has(word));
  if (things.some((word) => right.includes(word))) return true;
  return left.some((word) => FAMILY_OF.has(word) && right.some((other) => FAMILY_OF.get(other) === FAMILY_OF.get(word)));
}

function withoutPrefix(name: string): string {
  const at = name.indexOf('__');
  return at < 0 ? name : name.slice(at + 2);
}
