import { type LanguageTool, optionsOf, placeAt, type TextPlace, toolsOfBlock, valueAt } from './place-at';

/** One thing to write at the caret. */
export interface Completion {
  readonly label: string;
  readonly detail: string;
  /** The server's own words, untrusted; null where there are none. */
  readonly about: string | null;
  /** JSON as it is written, in place of `start` to `end`. */
  readonly insert: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What only the server's tools can tell: names of tools, arguments of the tool that the block is about, and the values that an
 * argument's schema lists. The keys and words of the language come from its JSON Schema. Bears any text.
 */
export function completeAt(text: string, offset: number, tools: readonly LanguageTool[]): readonly Completion[] {
  const place = placeAt(text, offset);
  return suggestions(place, tools).map((one) => ({ ...one, start: place.start, end: place.end }));
}

type Suggestion = Omit<Completion, 'start' | 'end'>;

function suggestions(place: TextPlace, tools: readonly LanguageTool[]): readonly Suggestion[] {
  const { path, isKey } = place;
  const last = path.at(-1);
  const parent = path.at(-2);
  if (path[0] === 'tests') return inTest(place, tools);
  if (isKey) return [];
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
    insert: JSON.stringify(choice),
  }));
}

function inTest({ path, isKey, root }: TextPlace, tools: readonly LanguageTool[]): readonly Suggestion[] {
  if (path.length === 3 && path[2] === 'tool' && !isKey) return names(tools);
  if (path[2] !== 'arguments' || path.length !== 4) return [];
  const tool = tools.find((one) => one.name === valueAt(root, [...path.slice(0, 2), 'tool']));
  const options = tool === undefined ? [] : optionsOf([tool]).filter((option) => option.depth === 1);
  if (isKey)
    return options.map((option) => ({
      label: option.path.replace(/^args\./, ''),
      detail: option.type,
      about: option.description,
      insert: `${JSON.stringify(option.path.replace(/^args\./, ''))}: `,
    }));
  const option = options.find((one) => one.path === `args.${String(path[3])}`);
  return (option?.choices ?? []).map((choice) => ({
    label: typeof choice === 'string' ? choice : JSON.stringify(choice),
    detail: `one of ${option?.path ?? ''}`,
    about: null,
    insert: JSON.stringify(choice),
  }));
}

function names(tools: readonly LanguageTool[]): readonly Suggestion[] {
  return tools.map((tool) => ({
    label: tool.name,
    detail: `${tool.category}, ${tool.risk} risk`,
    about: tool.description,
    insert: JSON.stringify(tool.name),
  }));
}

function paths(tools: readonly LanguageTool[]): readonly Suggestion[] {
  return optionsOf(tools).map((option) => ({
    label: option.path,
    detail: `${option.type}${option.required ? ', required' : ''}`,
    about: option.description,
    insert: JSON.stringify(option.path),
  }));
}
