import { type ObjectReader, readText } from '../reader';

/** The longest name or pattern of a tool or prompt. */
export const NAME_MAX = 200;

/** Reads `hide`: names and patterns, sorted, without repetitions. */
export function readHide(reader: ObjectReader, max = NAME_MAX): string[] {
  const names = new Set<string>();
  for (const place of reader.items('hide')) {
    const name = readText(reader.list, place, max);
    if (name === null) continue;
    if (names.has(name)) reader.list.add('warning', 'hide.repeated', place.node, place.pointer, `"${name}" is hidden twice.`, 'remove one');
    names.add(name);
  }
  return [...names].sort();
}
