import type { Catalogue } from '@/lib/domain/decision';
import { compileDocument } from './compile';
import type { CompiledPolicy } from './compiled-policy';
import type { AnyDecision } from './decide-request';
import type { ExpectedOutcome, PolicyDocument, TestExpectation } from './document';
import { pointerTo } from './problem';
import { tryCall } from './try-call';

/** What came of one test. */
export interface TestResult {
  readonly name: string;
  /** JSON Pointer of the test in the policy's text. */
  readonly pointer: string;
  readonly passed: boolean;
  readonly expected: TestExpectation;
  readonly decision: AnyDecision;
  /** What differs, as a sentence; null when it passed. */
  readonly difference: string | null;
}

/**
 * The policy as its tests see it. A test says what the policy refuses when it enforces: `"mode": "observe"` of the whole policy,
 * a matter of how it is rolled out, is left aside, while that of a tool or rule is part of what is tested.
 */
export function compileForTests(document: PolicyDocument): CompiledPolicy {
  return compileDocument({ ...document, mode: 'enforce' });
}

/** Decides the calls of a policy's own tests with the engine that decides at the gateway. `now` is the time of tests that name none. */
export function runPolicyTests(
  document: PolicyDocument,
  catalogue: Catalogue,
  server: { readonly id: string; readonly slug: string },
  now: number,
): TestResult[] {
  const compiled = compileForTests(document);
  return document.tests.map((test, i) => {
    const { decision } = tryCall(compiled, test, catalogue, server, now);
    const difference = differenceOf(test.expect, decision);
    return { name: test.name, pointer: pointerTo('/tests', i), passed: difference === null, expected: test.expect, decision, difference };
  });
}

/** The outcome in the words of a test. */
export function outcomeOf(decision: Pick<AnyDecision, 'outcome' | 'observed'>): ExpectedOutcome {
  return decision.observed && decision.outcome !== 'allowed' ? `observed_${decision.outcome}` : decision.outcome;
}

function differenceOf(expected: TestExpectation, decision: AnyDecision): string | null {
  const outcome = outcomeOf(decision);
  if (outcome !== expected.outcome) return `Expected ${expected.outcome}; it is ${outcome} by ${decision.rule}.`;
  if (expected.rule !== null && expected.rule !== decision.rule) return `Expected ${expected.rule} to decide; ${decision.rule} does.`;
  if (expected.message !== null && expected.message !== decision.message)
    return `Expected the agent to read "${expected.message}"; it reads ${decision.message === null ? 'nothing' : `"${decision.message}"`}.`;
  return null;
}
