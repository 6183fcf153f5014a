import type { z } from 'zod';
import type { Catalogue } from '@/lib/domain/decision';
import { explainChange } from '@/lib/policy/explain/change/explain-change';
import type { ChangeSentence } from '@/lib/policy/explain/explanation';
import { outcomeOf, runPolicyTests, type TestResult } from '@/lib/policy/run-tests';
import { type CompiledText, compileText } from './compile-text';
import { lineOf } from './line-of';

import type { testResultSchema } from './review-contract';

export interface Assessment extends CompiledText {
  /** The policy's own tests; empty when it does not compile. */
  readonly tests: z.output<typeof testResultSchema>[];
  /** What changes for agents against the live text, loosening first. */
  readonly sentences: readonly ChangeSentence[];
  readonly loosening: boolean;
  /** `comments`: the texts differ and decide alike. */
  readonly kind: 'none' | 'comments' | 'rules';
}

/** Judges a text by everything that stands between it and being live: problems, its own tests, and what it changes. */
export function assessText(
  text: string,
  liveText: string | null,
  facts: { readonly catalogue: Catalogue; readonly server: { readonly id: string; readonly slug: string }; readonly now: Date },
): Assessment {
  const { compiled, problems } = compileText(text, facts.catalogue);
  if (compiled === null)
    return { compiled, problems, tests: [], sentences: [], loosening: false, kind: text === liveText ? 'none' : 'rules' };
  const { document } = compiled;
  const live = liveText === null ? null : compileText(liveText, undefined).compiled;
  const alike = live !== null && live.canonical === compiled.canonical;
  // A live text that no longer compiles denies everything, which is what null stands for.
  const sentences = alike ? [] : explainChange(live?.document ?? null, document, facts.catalogue);
  const { id, slug } = facts.server;
  return {
    compiled,
    problems,
    tests: runPolicyTests(document, facts.catalogue, { id, slug }, facts.now.getTime()).map((result) => ({
      name: result.name,
      pointer: result.pointer,
      line: lineOf(text, result.pointer),
      passed: result.passed,
      expected: expectedWords(result.expected),
      actual: `${outcomeOf(result.decision)} by ${result.decision.rule}`,
      difference: result.difference,
    })),
    sentences,
    loosening: sentences.some((sentence) => sentence.effect === 'loosens'),
    kind: alike ? (text === liveText ? 'none' : 'comments') : 'rules',
  };
}

const expectedWords = ({ outcome, rule }: TestResult['expected']): string => (rule === null ? outcome : `${outcome} by ${rule}`);
