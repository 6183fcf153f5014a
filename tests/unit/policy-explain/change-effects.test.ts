import { describe, expect, it } from 'vitest';
import { type Decision, OUTCOMES } from '@/lib/domain/decision';
import type { Json } from '@/lib/kernel/json';
import { compileDocument } from '@/lib/policy/compile';
import { applyCounters } from '@/lib/policy/decide-with-counters';
import type { PolicyDocument } from '@/lib/policy/document';
import { explainChange } from '@/lib/policy/explain/change/explain-change';
import { readPolicyText } from '@/lib/policy/read-document';
import { randomCall, randomCatalogue, randomPolicy, Seeded } from '../policy/generate-policy';
import { mutatedPolicy } from './mutate-policy';

const PAIRS = 3000;
const CALLS = 25;

function documentOf(policy: Record<string, Json>): PolicyDocument | null {
  return readPolicyText(JSON.stringify(policy)).document;
}

/** What a counter has used: any number, but the same for the same counter on both sides. */
function usedOf(key: string): number {
  let hash = 7;
  for (const char of key) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return (hash >>> 0) % 12;
}

function isMilder(after: Decision, before: Decision): boolean {
  if (before.passes) return false;
  return after.passes || OUTCOMES.indexOf(after.outcome) > OUTCOMES.indexOf(before.outcome);
}

/** What the agent notices of a decision. */
function told({ outcome, passes, message }: Decision) {
  return { outcome, passes, message };
}

describe('the effect of a change', () => {
  it('is "loosens" somewhere in the list whenever a generated call is refused before and passes, or is refused less, after', () => {
    let milder = 0;
    let pairs = 0;
    const claims = { tightening: 0, loosening: 0, empty: 0 };
    for (let seed = 0; seed < PAIRS; seed += 1) {
      const r = new Seeded(seed);
      const policy = randomPolicy(r);
      const before = documentOf(policy);
      const after = documentOf(r.chance(0.85) ? mutatedPolicy(r, policy) : randomPolicy(r));
      if (before === null || after === null) continue;
      pairs += 1;
      const catalogue = randomCatalogue(r);
      const blind = seed % 4 === 0;
      if (blind) for (const [name, tool] of catalogue) catalogue.set(name, { ...tool, dispatch: null });
      const change = explainChange(before, after, blind ? null : catalogue);
      const loosens = change.some((sentence) => sentence.effect === 'loosens');
      claims[loosens ? 'loosening' : change.length === 0 ? 'empty' : 'tightening'] += 1;
      const [one, other] = [compileDocument(before), compileDocument(after)];
      for (let i = 0; i < CALLS; i += 1) {
        const call = randomCall(r);
        const was = applyCounters(one.decide(call, catalogue), usedOf);
        const is = applyCounters(other.decide(call, catalogue), usedOf);
        if (change.length === 0) expect(told(is), `seed ${seed}: nothing was said to change`).toEqual(told(was));
        if (!isMilder(is, was)) continue;
        milder += 1;
        expect(
          loosens,
          `seed ${seed}: ${was.outcome} by ${was.rule} became ${is.outcome} by ${is.rule}\n${JSON.stringify(change, null, 1)}\n${JSON.stringify(call)}`,
        ).toBe(true);
      }
    }
    expect(pairs).toBeGreaterThan(PAIRS * 0.7);
    expect(milder).toBeGreaterThan(1000);
    // A list that called everything loosening would pass as well, and say nothing.
    expect(claims.tightening).toBeGreaterThan(pairs * 0.15);
  }, 60_000);
});
