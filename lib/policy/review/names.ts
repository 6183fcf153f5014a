import { compileNameGlob, isGlob } from '../glob';
import { nearest } from '../nearest';
import { pointerTo } from '../problem';
import { removal, renaming, setting } from './fixes';
import type { PlannedFix, Review } from './review-context';

/** Tools that the server does not have: a rule about nothing, often a misspelt rule about something. */
export function reviewNames(review: Review): void {
  const names = [...review.catalogue.keys()];
  if (names.length === 0) return;
  // A dispatcher's rules are about tools that no list shows.
  const runsOthers = [...review.catalogue.values()].some((tool) => tool.dispatch !== null && tool.dispatch.opaque !== true);
  const check = (name: string, pointer: string, change: (match: string) => PlannedFix[], remove: PlannedFix): void => {
    const isKey = pointer.startsWith('/tools/');
    const at = isKey ? 'key' : 'value';
    if (isGlob(name)) {
      if (!names.some(compileNameGlob(name)))
        review.say({
          severity: isKey ? 'info' : 'warning',
          code: 'tool.no_match',
          pointer,
          message: `No tool of this server matches "${name}" today.`,
          hint: 'keep it if such tools may appear later',
          at,
          fixes: [remove],
        });
      return;
    }
    if (review.catalogue.has(name)) return;
    const match = nearest(name, names);
    const inner = runsOthers && match === null ? 'keep it if a dispatcher runs a tool of this name' : undefined;
    const hint = match === null ? inner : `did you mean \`${match}\`?`;
    const fixes = [...(match === null ? [] : change(match)), remove];
    // Behind a dispatcher there are tools that no list shows.
    const severity = inner === undefined ? 'warning' : 'info';
    review.say({
      severity,
      code: 'tool.unknown',
      pointer,
      message: `This server has no tool "${name}".`,
      ...(hint && { hint }),
      at,
      fixes,
    });
  };
  for (const key of Object.keys(review.document.tools)) {
    const pointer = pointerTo('/tools', key);
    const rename = (match: string) =>
      Object.hasOwn(review.document.tools, match) ? [] : [renaming(`Rename it to ${match}`, pointer, match)];
    check(key, pointer, rename, removal(`Remove the rules of ${key}`, pointer));
  }
  for (const entry of review.document.hide) {
    const pointer = review.hidePointer(entry);
    if (pointer === null) continue;
    const correct = (match: string) => (review.document.hide.includes(match) ? [] : [setting(`Change it to ${match}`, pointer, match)]);
    check(entry, pointer, correct, removal(`Remove ${entry}`, pointer));
  }
  for (const [i, test] of review.document.tests.entries()) {
    if (test.method !== undefined || review.catalogue.has(test.tool)) continue;
    const match = nearest(test.tool, names);
    const pointer = `/tests/${i}/tool`;
    review.say({
      code: 'tool.unknown',
      pointer,
      message: `This server has no tool "${test.tool}", so this test tells nothing about the policy.`,
      ...(match === null ? {} : { hint: `did you mean \`${match}\`?`, fixes: [setting(`Change it to ${match}`, pointer, match)] }),
    });
  }
}
