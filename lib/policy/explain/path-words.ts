import { isPathMistake, type PathRoot, parsePath, type Segment } from '../path';

const KEY = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;
const FIELDS: Readonly<Record<string, string>> = {
  'tool.name': "the tool's name",
  'tool.risk': "the tool's risk",
  'tool.category': "the tool's class",
  'agent.name': "the agent's name",
  'agent.owner': "the agent's owner",
  'agent.environment': "the agent's environment",
  'agent.labels': "the agent's labels",
  'grant.scopes': "the grant's scopes",
  'grant.purpose': "the grant's purpose",
  'client.name': "the client's name",
  'time.hour': 'the hour',
  'time.weekday': 'the weekday',
  'time.iso': 'the time',
  'server.slug': "the server's name",
};

/** What a path stands for: `amount`, `every item's price`, `the agent's label team`. Arguments keep their names as written. */
export function pathWords(text: string, quantifier: 'every' | 'any'): string {
  const path = parsePath(text);
  if (isPathMistake(path)) return text;
  if (path.root === 'args') return path.segments.length === 0 ? 'the arguments' : placeWords(path.segments, quantifier, 'the arguments');
  return fieldWords(path.root, path.segments, quantifier);
}

/** Where redaction applies: `card.number`, `password wherever it is`. */
export function redactedWords(text: string): string {
  const path = parsePath(text);
  if (isPathMistake(path)) return text;
  const deep = path.segments.findIndex((segment) => segment.kind === 'deep');
  if (deep < 0) return path.segments.length === 0 ? 'all arguments' : placeWords(path.segments, 'every', 'the arguments');
  const rest = path.segments.slice(deep + 1);
  const inside = path.segments.slice(0, deep);
  const nested = rest.findIndex((segment) => segment.kind === 'deep');
  const what = nested < 0 ? placeWords(rest, 'every', '') : written(rest);
  return inside.length === 0 ? `${what} wherever it is` : `${what} wherever it is inside ${placeWords(inside, 'every', '')}`;
}

function fieldWords(root: PathRoot, segments: readonly Segment[], quantifier: 'every' | 'any'): string {
  const [first, ...rest] = segments;
  const field = first?.kind === 'key' ? first.key : '';
  const known = FIELDS[`${root}.${field}`] ?? `${root}.${field}`;
  if (rest.length === 0) return known;
  const plain = rest.every((segment) => segment.kind !== 'every');
  if (root === 'agent' && plain) return `the agent's label ${written(rest)}`;
  return plain ? `${written(rest)} of ${known}` : placeWords(rest, quantifier, known);
}

/** `of` names what the segments lie in, for a list that has no name of its own. */
function placeWords(segments: readonly Segment[], quantifier: 'every' | 'any', of: string): string {
  const last = segments.findLastIndex((segment) => segment.kind === 'every');
  if (last < 0) return written(segments);
  const list = segments.slice(0, last);
  const rest = segments.slice(last + 1);
  const one = list.length === 1 ? singular(list[0]) : null;
  const entry =
    one !== null ? `${quantifier} ${one}` : `${quantifier} entry of ${list.length === 0 ? of : placeWords(list, quantifier, of)}`;
  if (rest.length === 0) return entry;
  return one === null ? `${written(rest)} of ${entry}` : `${entry}'s ${written(rest)}`;
}

/** `item` of `items`: only where adding an s leads back, so that two lists never get the same words. */
function singular(segment: Segment | undefined): string | null {
  if (segment?.kind !== 'key' || !/^[A-Za-z_]{2,}s$/.test(segment.key)) return null;
  return /(?:[suixz]s|[cs]hes|[sxz]es|ies)$/i.test(segment.key) ? null : segment.key.slice(0, -1);
}

function written(segments: readonly Segment[]): string {
  return segments
    .map((segment, i) => {
      if (segment.kind === 'key') return KEY.test(segment.key) ? `${i === 0 ? '' : '.'}${segment.key}` : keyInBrackets(segment.key, i);
      return segment.kind === 'index' ? `[${segment.index}]` : segment.kind === 'every' ? '[*]' : `${i === 0 ? '' : '.'}**`;
    })
    .join('');
}

function keyInBrackets(key: string, at: number): string {
  return at === 0 ? JSON.stringify(key) : `[${JSON.stringify(key)}]`;
}
