import { normalisePath } from '../operators/file-path';
import { trivialKind } from './conditions';
import { adding, retesting, setting } from './fixes';
import type { PlacedCondition } from './places';
import type { Review } from './review-context';

/** Tests on texts that let more pass than it seems: open ends, whole-value patterns, letter case, beginnings of paths and addresses. */
export function reviewPatterns(review: Review): void {
  for (const placed of review.blocks) {
    const conditions = review.conditionsOf(placed);
    for (const at of conditions) {
      const { op, value, path } = at.condition;
      if (typeof value !== 'string' || !path.startsWith('args') || trivialKind(at) !== null) continue;
      if (at.stage === 'require') {
        if (op === 'regex') reviewOpenEnd(review, at, value);
        if (op === 'starts_with') reviewPrefix(review, at, conditions, value);
      } else if (at.stage === 'deny_if') {
        if (op === 'regex') reviewWholeValue(review, at, value);
        if (op === 'contains' || op === 'starts_with' || op === 'ends_with') reviewVariants(review, at, op, value);
      }
    }
  }
}

function reviewOpenEnd(review: Review, at: PlacedCondition, pattern: string): void {
  if (!/^\^?\.\*|\.\*\$?$/.test(pattern)) return;
  review.say({
    code: 'pattern.unanchored',
    pointer: `${at.pointer}/value`,
    message: 'This pattern is open at an end, so anything may stand there, also line breaks.',
    hint: 'say exactly what may follow, for example [a-z0-9-]+ instead of .*',
    fixes: [setting('Allow letters, digits, dots and dashes only', `${at.pointer}/value`, pattern.replaceAll('.*', '[A-Za-z0-9._-]*'))],
  });
}

/** A pattern that blocks has to fit the whole value here; elsewhere patterns search, and a misread one blocks nearly nothing. */
function reviewWholeValue(review: Review, at: PlacedCondition, pattern: string): void {
  const oneSided = (pattern.startsWith('^') !== pattern.endsWith('$') && !pattern.includes('.*')) || /^\^[^.*+?]*$/.test(pattern);
  const isWord = /^[\w\s/.:-]+$/.test(pattern.replaceAll('\\b', ''));
  if (!oneSided && !isWord) return;
  const inner = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const open = `${pattern.startsWith('^') ? '' : '.*'}(?:${inner})${pattern.endsWith('$') ? '' : '.*'}`;
  review.say({
    code: 'pattern.whole',
    pointer: `${at.pointer}/value`,
    message: 'A pattern has to fit the whole value, so this one blocks only texts that are nothing else.',
    hint: `to block it anywhere, write ${open}`,
    fixes: [setting(`Change it to ${open}`, `${at.pointer}/value`, open)],
  });
}

/** `/workspace/../etc` begins with `/workspace` too, and `https://api.example.com.evil.net` with the host that is meant. */
function reviewPrefix(review: Review, at: PlacedCondition, conditions: readonly PlacedCondition[], prefix: string): void {
  const [, host, rest = ''] = /^https?:\/\/([A-Za-z0-9.-]+(?::[0-9]+)?)(\/.*)?$/i.exec(prefix) ?? [];
  const folder = normalisePath(prefix);
  if (host === undefined && folder === null) return;
  const op = host === undefined ? 'path_within' : 'host_in';
  const value = host === undefined ? `/${(folder ?? []).join('/')}` : [host.toLowerCase()];
  const { path } = at.condition;
  if (conditions.some((other) => other.stage === 'require' && other.condition.op === op && other.condition.path === path)) return;
  const isWhole = host === undefined || rest === '' || rest === '/';
  const block = at.rulePointer.slice(0, at.rulePointer.lastIndexOf('/require/'));
  review.say({
    code: 'pattern.prefix',
    pointer: `${at.pointer}/value`,
    message:
      host === undefined
        ? `\`${prefix.replace(/\/$/, '')}/../etc\` begins like this too, and leads out of the folder.`
        : 'An address of another host can begin like this too: a user name or a longer host may follow.',
    hint: `use \`${op}\`, which compares after normalisation`,
    fixes: [isWhole ? retesting(`Use ${op}`, at.pointer, op, value) : adding(`Require ${op} too`, `${block}/require`, { path, op, value })],
  });
}

function reviewVariants(review: Review, at: PlacedCondition, op: 'contains' | 'starts_with' | 'ends_with', value: string): void {
  if (value.length > 200) return;
  const literal = value.replace(/[.\\+*?^${}()|[\]]/g, '\\$&');
  if (value.includes('..') || /^\/|\/$/.test(value)) {
    review.say({
      code: 'pattern.encoding',
      pointer: `${at.pointer}/value`,
      message: 'The same place can be written in other ways (`//`, `/./`, `%2e%2e`), which this does not block.',
      hint: 'require `path_within` or `host_in` instead: they compare after normalisation and refuse such spellings',
    });
    return;
  }
  if (!/[A-Za-z]/.test(value)) return;
  const other = value.toLowerCase() === value ? value.toUpperCase() : value.toLowerCase();
  const pattern = `(?i)${op === 'starts_with' ? '' : '.*'}${literal}${op === 'ends_with' ? '' : '.*'}`;
  review.say({
    code: 'pattern.case',
    pointer: `${at.pointer}/value`,
    message: `Letter case counts: \`${other.slice(0, 60)}\` is not blocked.`,
    hint: `to block it in any case, use regex ${pattern}`,
    fixes: [retesting('Block it in any letter case', at.pointer, 'regex', pattern)],
  });
}
