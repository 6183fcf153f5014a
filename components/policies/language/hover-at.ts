import type { Explanation } from '@/lib/policy/explain/explanation';
import { pointerTo } from '@/lib/policy/problem';
import { type LanguageTool, optionsOf, placeAt, toolsOfBlock, valueAt } from './place-at';

/** What is said about a place, as plain texts; `quoted` is the server's own, untrusted. */
export interface Hover {
  readonly lines: readonly string[];
  readonly quoted: string | null;
  readonly start: number;
  readonly end: number;
}

const ARGUMENTS_MAX = 12;

/** About a tool's name: what it is and takes. About an argument's path: its type. Elsewhere in a rule: the rule as a sentence. */
export function hoverAt(text: string, offset: number, tools: readonly LanguageTool[], explanation: Explanation | null): Hover | null {
  const place = placeAt(text, offset);
  const { path, start, end } = place;
  const last = path.at(-1);
  if (start === end) return null;
  const named =
    place.isKey && path[0] === 'tools' && path.length === 2
      ? last
      : path[0] === 'hide' || last === 'tool'
        ? valueAt(place.root, path)
        : null;
  const tool = tools.find((one) => one.name === named);
  if (tool !== undefined) {
    const options = optionsOf([tool]).filter((option) => option.depth === 1);
    const shown = options.slice(0, ARGUMENTS_MAX).map((option) => `${option.path} (${option.type}${option.required ? ', required' : ''})`);
    return {
      lines: [
        `${tool.name}: ${tool.category}, ${tool.risk} risk`,
        ...(shown.length === 0 ? [] : [`Arguments: ${shown.join(', ')}${options.length > ARGUMENTS_MAX ? ', …' : ''}`]),
      ],
      quoted: tool.description,
      start,
      end,
    };
  }
  if (!place.isKey && last === 'path') {
    const option = optionsOf(toolsOfBlock(path, tools)).find((one) => one.path === valueAt(place.root, path));
    if (option !== undefined)
      return {
        lines: [
          `${option.path}: ${option.type}${option.required ? ', required' : ''}`,
          ...(option.choices === null ? [] : [`One of ${option.choices.map((choice) => JSON.stringify(choice)).join(', ')}`]),
        ],
        quoted: option.description,
        start,
        end,
      };
  }
  const sentence = sentenceOf(path, explanation);
  return sentence === null ? null : { lines: [sentence], quoted: null, start, end };
}

/** The sentence of the rule that a place belongs to, not of the block around it. */
function sentenceOf(path: readonly (string | number)[], explanation: Explanation | null): string | null {
  if (explanation === null) return null;
  const sentences = explanation.sections.flatMap((section) => section.sentences);
  for (let length = path.length; length >= 3; length -= 1) {
    const pointer = path.slice(0, length).reduce<string>(pointerTo, '');
    const found = sentences.find((sentence) => sentence.pointer === pointer);
    if (found !== undefined) return found.text;
  }
  return null;
}
