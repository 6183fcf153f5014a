import { isPathMistake, parsePath } from '../path';
import type { ObjectReader } from '../reader';
import { readText } from '../reader';

/** Reads `redact`: paths below `args`, where `[*]` is every element and `**` any depth. Sorted, without repetitions. */
export function readRedaction(reader: ObjectReader): string[] {
  const paths = new Set<string>();
  for (const place of reader.items('redact')) {
    const text = readText(reader.list, place);
    if (text === null) continue;
    const path = parsePath(text);
    if (isPathMistake(path)) reader.list.error('path.wrong', place.node, place.pointer, path.mistake, path.hint);
    else if (path.root !== 'args' || path.segments.at(-1)?.kind === 'deep') {
      reader.list.error(
        'path.wrong',
        place.node,
        place.pointer,
        'Redaction concerns arguments and ends in a name.',
        'for example args.card.number or args.**.password',
      );
    } else paths.add(path.text);
  }
  return [...paths].sort();
}
