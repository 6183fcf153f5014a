import { describe, expect, it } from 'vitest';
import { compilePolicy } from '@/lib/policy/compile';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import type { Problem } from '@/lib/policy/problem';
import { REVIEW_CODES } from '@/lib/policy/review/codes';
import { reviewCases } from './review-cases';
import { catalogue } from './review-world';

const textOf = (rest: object) =>
  `// who may do what\n${JSON.stringify({ version: '1', default: 'deny', ...rest }, null, 2)}\n// the end\n`.replace(
    '"version"',
    '// first of all\n  "version"',
  );
const findings = (text: string): readonly Problem[] => compilePolicy(text, catalogue).problems;
const fixable = reviewCases.flatMap((one) =>
  (findings(textOf(one.rest)).find((problem) => problem.code === one.code)?.fixes ?? []).map((fix, i) => ({ ...one, title: fix.title, i })),
);

describe('one click', () => {
  it.each(fixable)('$name: "$title" settles it and leaves the rest of the text alone', ({ rest, code, path, i }) => {
    const text = textOf(rest);
    const edits = findings(text).find((problem) => problem.code === code && problem.path === path)?.fixes?.[i]?.edits ?? [];
    expect(edits.length).toBeGreaterThan(0);
    const after = applyEdits(text, edits);
    const left = findings(after);
    expect(left.filter((problem) => problem.severity === 'error')).toEqual([]);
    expect(left.filter((problem) => problem.code === code).map((problem) => problem.path)).toEqual([]);
    for (const comment of ['// who may do what', '// first of all', '// the end']) expect(after).toContain(comment);
  });

  it('has a case for everything that a review can say', () => {
    expect(new Set(reviewCases.map(({ code }) => code))).toEqual(new Set(Object.keys(REVIEW_CODES)));
  });

  it('is offered for every finding but those that only a person can settle', () => {
    const unsettled = reviewCases.filter(({ fixes }) => fixes.length === 0).map(({ code }) => code);
    expect(new Set(unsettled)).toEqual(new Set(['dispatch.opaque', 'pattern.encoding']));
  });
});
