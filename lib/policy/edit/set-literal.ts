import { losesPrecision } from '../number-precision';
import type { Change } from './change';
import { compose } from './compose';
import { Draft } from './draft';
import { EditError } from './edit-error';
import { setValue } from './set-value';
import { Source } from './source';

const LITERAL = /^(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)$/;

/**
 * Puts a number, `true`, `false` or `null` at a pointer exactly as it is typed, so that `1e3` and `500.00` stay what they are.
 * Throws EditError for what is no literal, and for a number that would not be kept as written.
 */
export function setLiteral(text: string, pointer: string, literal: string): Change {
  const typed = literal.trim();
  if (!LITERAL.test(typed)) {
    throw new EditError(
      'literal.invalid',
      `\`${literal.slice(0, 40)}\` is no number of this language. Write it like 10, -2.5 or 1e3.`,
      pointer,
    );
  }
  const value: number | boolean | null = JSON.parse(typed);
  if (typeof value === 'number' && losesPrecision(typed, value)) {
    const advice = 'Whole numbers go up to 9007199254740991, fractions to about 15 digits.';
    throw new EditError('literal.invalid', `\`${typed.slice(0, 40)}\` cannot be kept exactly. ${advice}`, pointer);
  }
  const source = Source.open(text);
  const { path, rest } = source.walk(pointer);
  const node = path.at(-1);
  if (node === undefined || rest.length > 0) {
    // The member is made first, with the number as JavaScript prints it; then the literal takes the place of that.
    return compose(
      text,
      (now) => setValue(now, pointer, value),
      (now) => setLiteral(now, rest.at(-1) === '-' ? lastItem(now, pointer) : pointer, typed),
    );
  }
  const draft = new Draft(source);
  draft.dropComments(node.start, node.end);
  draft.replace(node.start, node.end, typed);
  return draft.change();
}

/** What `…/-` has become once the item is there. */
function lastItem(text: string, pointer: string): string {
  const list = pointer.slice(0, -2);
  const node = Source.open(text).at(list);
  return `${list}/${node.kind === 'array' ? node.items.length - 1 : 0}`;
}
