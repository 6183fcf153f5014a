import { describe, expect, it } from 'vitest';
import { CATEGORIES, RISK_LEVELS } from '@/lib/domain/risk';
import { compilePolicy } from '@/lib/policy/compile';
import { TEMPLATES, type TemplateId } from '@/lib/policy/templates/template';
import { callOf, catalogueOf } from '../policy/policy-case';

const tools = CATEGORIES.flatMap((category) =>
  RISK_LEVELS.map((risk) => ({ name: `${category}_${risk}`, category, risk, dispatch: null })),
);
const textOf = (id: TemplateId, listed: Parameters<(typeof TEMPLATES)[number]['text']>[0] = tools) =>
  TEMPLATES.find((template) => template.id === id)?.text(listed) ?? '';
const outcomes = (id: TemplateId) => {
  const { policy } = compilePolicy(textOf(id), null);
  const catalogue = catalogueOf(tools);
  return Object.fromEntries(
    [...tools.map((tool) => tool.name), 'added_later'].map((tool) => {
      const decision = policy?.decide(callOf({ tool, args: {} }), catalogue);
      return [tool, decision?.observed ? `observed ${decision.outcome}` : decision?.outcome];
    }),
  );
};

describe('every template', () => {
  const sets = {
    none: [],
    some: tools,
    hostile: ['*', 'a*b', '__proto__', '"', '\n', ''].map((name) => ({ name, category: 'read' as const, risk: 'high' as const })),
  };
  for (const { id } of TEMPLATES) {
    it.each(Object.entries(sets))(`${id} compiles without a problem for a server with %s tools`, (_name, listed) => {
      const { problems } = compilePolicy(textOf(id, listed), catalogueOf(listed));
      expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    });

    it(`${id} says why in comments, and is the same whatever the order of the tools`, () => {
      expect(textOf(id)).toMatch(/^ {2,4}\/\/ .+$/m);
      expect(textOf(id, [...tools].reverse())).toBe(textOf(id));
      expect(textOf(id)).not.toMatch(/[ \t]$/m);
    });
  }
});

describe('what each lets pass', () => {
  it('ask on risky: low and medium reads and writes pass, the rest waits for a person, the unknown is denied', () => {
    const found = outcomes('ask-on-risky');
    expect([found['read_low'], found['read_medium'], found['write_low'], found['write_medium']]).toEqual(Array(4).fill('allowed'));
    const asked = Object.keys(found).filter((tool) => found[tool] === 'needs_approval');
    expect(asked.sort()).toEqual(
      [
        ...['read', 'write'].flatMap((c) => [`${c}_high`, `${c}_critical`]),
        ...['execute', 'destructive', 'financial'].flatMap((c) => RISK_LEVELS.map((r) => `${c}_${r}`)),
      ].sort(),
    );
    expect(found['added_later']).toBe('denied');
  });

  it('read only: reads that are not sensitive, nothing else', () => {
    const found = outcomes('read-only');
    expect(Object.keys(found).filter((tool) => found[tool] === 'allowed')).toEqual(['read_low', 'read_medium']);
    expect(Object.values(found).every((outcome) => outcome === 'allowed' || outcome === 'denied')).toBe(true);
  });

  it('least privilege: nothing that removes passes, nothing that pays or runs passes unasked', () => {
    const found = outcomes('recommended');
    for (const risk of RISK_LEVELS) {
      expect(found[`destructive_${risk}`]).toBe('denied');
      expect([found[`financial_${risk}`], found[`execute_${risk}`]]).toEqual(['needs_approval', 'needs_approval']);
    }
  });

  it('observe only: every known tool passes, and what would be refused is recorded', () => {
    const found = outcomes('observe');
    expect(found['read_low']).toBe('allowed');
    expect(found['financial_low']).toBe('observed needs_approval');
  });

  it('deny everything: nothing', () => expect(new Set(Object.values(outcomes('deny-all')))).toEqual(new Set(['denied'])));
});
