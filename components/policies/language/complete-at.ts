import { isThere, type LanguageTool, optionsOf, placeAt, type TextPlace, toolsOfBlock, valueAt } from './place-at';

/** One thing to write at the caret. */
export interface Completion {
  readonly label: string;
  readonly detail: string;
  /** The server's own words, untrusted; null where there are none. */
  readonly about: string | null;
  /** JSON as it is written, in place of `start` to `end`. */
  readonly insert: string;
  /** What is typed is compared with this. */
  readonly filter: string;
  readonly isKey: boolean;
  readonly start: number;
  readonly end: number;
}

/**
 * What only the server's tools can tell: names of tools with their risk, arguments of the tool that the block is about, and the values that an
 * argument's schema lists. The keys and words of the language come from its JSON Schema. Bears any text.
 */
export function completeAt(text: string, offset: number, tools: readonly LanguageTool[]): readonly Completion[] {
  const place = placeAt(text, offset);
  if (place.inComment) return [];
  const { start, end, isKey } = place;
  return suggestions(place, tools).map(({ value, member, ...one }) => {
    const filter = JSON.stringify(value);
    return { ...one, filter, insert: filter + (isKey ? behindKey(text.slice(end), member ?? '') : ''), isKey, start, end };
  });
}

interface Suggestion {
  readonly label: string;
  readonly detail: string;
  readonly about: string | null;
  /** What is written: the name of a member, or a value. */
  readonly value: unknown;
  /** For a member: what it begins with. */
  readonly member?: string;
}

/** A name that has its value keeps that; a new member gets the comma that what follows it needs. */
function behindKey(rest: string, member: string): string {
  if (/^\s*:/.test(rest)) return '';
  return `: ${member}${member !== '' && /^\s*"/.test(rest) ? ',' : ''}`;
}

function suggestions(place: TextPlace, tools: readonly LanguageTool[]): readonly Suggestion[] {
  const { path, isKey } = place;
  const last = path.at(-1);
  const parent = path.at(-2);
  if (path[0] === 'tests') return inTest(place, tools);
  if (isKey) return path[0] === 'tools' && path.length === 2 ? blocks(place, tools) : [];
  if (path[0] === 'hide' && path.length === 2) return names(tools);
  const own = toolsOfBlock(path, tools);
  if (
    last === 'path' ||
    last === 'increment_from' ||
    parent === 'redact' ||
    (parent === 'dispatch' && (last === 'tool' || last === 'arguments'))
  )
    return paths(own);
  // `value`, or an item of it.
  const at = last === 'value' ? path.slice(0, -1) : parent === 'value' ? path.slice(0, -2) : null;
  if (at === null) return [];
  const looked = valueAt(place.root, [...at, 'path']);
  const option = optionsOf(own).find((one) => one.path === looked);
  return (option?.choices ?? []).map((choice) => ({
    label: typeof choice === 'string' ? choice : JSON.stringify(choice),
    detail: `one of ${option?.path ?? ''}`,
    about: option?.description ?? null,
    value: choice,
  }));
}

function inTest({ path, isKey, root }: TextPlace, tools: readonly LanguageTool[]): readonly Suggestion[] {
  if (path.length === 3 && path[2] === 'tool' && !isKey) return names(tools);
  if (path[2] !== 'arguments' || path.length !== 4) return [];
  const tool = tools.find((one) => one.name === valueAt(root, [...path.slice(0, 2), 'tool']));
  const options = tool === undefined ? [] : optionsOf([tool]).filter((option) => option.depth === 1 && option.path.startsWith('args.'));
  if (isKey)
    return options.map((option) => ({
      label: option.path.replace(/^args\./, ''),
      detail: option.type,
      about: option.description,
      value: option.path.replace(/^args\./, ''),
    }));
  const option = options.find((one) => one.path === `args.${String(path[3])}`);
  return (option?.choices ?? []).map((choice) => ({
    label: typeof choice === 'string' ? choice : JSON.stringify(choice),
    detail: `one of ${option?.path ?? ''}`,
    about: null,
    value: choice,
  }));
}

function names(tools: readonly LanguageTool[]): readonly Suggestion[] {
  return tools.map((tool) => ({
    label: tool.name,
    detail: `${tool.category}, ${tool.risk} risk`,
    about: tool.description,
    value: tool.name,
  }));
}

/** Tools that have no block of their own yet. */
function blocks({ path, root }: TextPlace, tools: readonly LanguageTool[]): readonly Suggestion[] {
  const free = tools.filter((tool) => tool.name === path[1] || !isThere(root, ['tools', tool.name]));
  return names(free).map((one) => ({ ...one, member: '{}' }));
}

function paths(tools: readonly LanguageTool[]): readonly Suggestion[] {
  return optionsOf(tools).map((option) => ({
    label: option.path,
    detail: `${option.type}${option.required ? ', required' : ''}`,
    about: option.description,
    value: option.path,
  }));
}
