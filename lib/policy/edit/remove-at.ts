import { arrange } from './arrange';
import type { Change } from './change';
import { Draft } from './draft';
import { pointerTokens } from './pointer';
import { Source } from './source';

export interface RemoveOptions {
  /**
   * Takes the objects and lists along that are left empty, outwards; never the document, nor the block of a tool or a risk
   * class, since listing one with `{}` says something.
   */
  readonly removeEmptyParents?: boolean;
}

/** Takes a member or item out, with the comma and the comments it owns (directly above, inside, on its line), and nothing else. */
export function removeAt(text: string, pointer: string, options: RemoveOptions = {}): Change {
  const source = Source.open(text);
  const draft = new Draft(source);
  let at = pointer;
  let place = source.entryAt(at);
  while (options.removeEmptyParents === true && place.layout.entries.length === 1 && !holdsItself(place.parent)) {
    at = place.parent;
    place = source.entryAt(at);
  }
  arrange(draft, place.layout.node, new Set([place.index]), []);
  return draft.change();
}

/** Whether a place says something by being there, even when empty. */
function holdsItself(pointer: string): boolean {
  const tokens = pointerTokens(pointer);
  return tokens.length === 0 || (tokens.length === 2 && (tokens[0] === 'tools' || tokens[0] === 'risk'));
}
