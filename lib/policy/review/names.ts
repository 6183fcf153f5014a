import { compileNameGlob, isGlob } from '../glob';
import { nearest } from '../nearest';
import { pointerTo } from '../problem';
import type { Review } from './review-context';

/** Tools that the server does not have: a rule about nothing, often a misspelt rule about something. */
export function reviewNames(review: Review): void {
  const names = [...review.catalogue.keys()];
  if (names.length === 0) return;
  // A dispatcher's rules are about tools that no list shows.
  const runsOthers = [...review.catalogue.values()].some((tool) => tool.dispatch !== null && tool.dispatch.opaque !== true);
  const check = (name: string, say: (code: string, message: string, hint?: string) => void): void => {
    if (isGlob(name)) {
      if (!names.some(compileNameGlob(name)))
        say('tool.no_match', `No tool of this server matches "${name}" today.`, 'keep it if such tools may appear later');
      return;
    }
    if (review.catalogue.has(name)) return;
    const match = nearest(name, names);
    const inner = runsOthers && match === null ? 'keep it if a dispatcher runs a tool of this name' : undefined;
    say('tool.unknown', `This server has no tool "${name}".`, match === null ? inner : `did you mean \`${match}\`?`);
  };
  for (const key of Object.keys(review.document.tools)) {
    check(key, (code, message, hint) =>
      review.say(code === 'tool.unknown' ? 'warning' : 'info', code, pointerTo('/tools', key), message, hint, 'key'),
    );
  }
  for (const entry of review.document.hide) check(entry, (code, message, hint) => review.sayOfHide(entry, code, message, hint));
}
