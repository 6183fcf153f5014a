import { expect, it } from 'vitest';
import type { Decision } from '@/lib/domain/decision';
import { compileDocument } from '@/lib/policy/compile';
import { explainPolicy } from '@/lib/policy/explain/explain-policy';
import { explanationMarkdown } from '@/lib/policy/explain/explanation-markdown';
import { readPolicyText } from '@/lib/policy/read-document';
import { randomCall, randomCatalogue, randomPolicy, Seeded } from '../policy/generate-policy';
import { mutatedPolicy } from './mutate-policy';

const PAIRS = 4000;
const CALLS = 20;

/** Everything of a decision that a person or an agent can notice, without where in the text the rules stand. */
function told({ outcome, passes, observed, message, charges, approval, redact }: Decision) {
  const counted = charges.map(({ key, max, amount, enforced, onDeny, refundOnUpstreamError }) => ({
    key,
    max,
    amount,
    enforced,
    onDeny,
    refundOnUpstreamError,
  }));
  const asked = approval === null ? null : { ...approval, rule: '', approvers: [...approval.approvers].sort() };
  return JSON.stringify({ outcome, passes, observed, message, counted, asked, redact: [...redact].sort() });
}

it('never reads the same for two policies that decide a generated call differently', () => {
  let same = 0;
  let differ = 0;
  for (let seed = 0; seed < PAIRS; seed += 1) {
    const r = new Seeded(seed);
    const policy = randomPolicy(r);
    const before = readPolicyText(JSON.stringify(policy)).document;
    const after = readPolicyText(JSON.stringify(mutatedPolicy(r, policy))).document;
    if (before === null || after === null) continue;
    const catalogue = randomCatalogue(r);
    const words = (document: typeof before) => explanationMarkdown('', explainPolicy(document, catalogue));
    const text = words(before);
    if (text !== words(after)) {
      differ += 1;
      continue;
    }
    same += 1;
    expect(explanationMarkdown('', explainPolicy(after, null)), `seed ${seed}: told apart without a catalogue only`).toBe(
      explanationMarkdown('', explainPolicy(before, null)),
    );
    const [one, other] = [compileDocument(before), compileDocument(after)];
    for (let i = 0; i < CALLS; i += 1) {
      const call = randomCall(r);
      expect(told(other.decide(call, catalogue)), `seed ${seed}\n${text}\n${JSON.stringify(before)}\n${JSON.stringify(after)}`).toBe(
        told(one.decide(call, catalogue)),
      );
    }
  }
  expect(same).toBeGreaterThan(200);
  expect(differ).toBeGreaterThan(1000);
}, 60_000);
