import type { z } from 'zod';
import { type Catalogue, type Decision, OUTCOMES } from '@/lib/domain/decision';
import { sha256Hex } from '@/lib/kernel/digest';
import { compilePolicy } from '@/lib/policy/compile';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';
import type { PolicyDocument } from '@/lib/policy/document';
import type { problemSchema } from '../schema-parts';
import { lineOf } from './line-of';
import { type ChangeSentence, explainChange, runPolicyTests } from './pending-engine';
import type { testResultSchema } from './review-contract';

export interface Assessment {
  /** null exactly when a problem is an error. */
  readonly compiled: {
    readonly policy: CompiledPolicy;
    readonly document: PolicyDocument;
    readonly canonical: string;
    readonly sha256: string;
  } | null;
  readonly problems: z.output<typeof problemSchema>[];
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
  const { policy, document, compiledText, problems } = compilePolicy(text, facts.catalogue);
  const told = problems.map((problem) => ({ ...problem })) as Assessment['problems'];
  if (policy === null || document === null || compiledText === null) {
    return { compiled: null, problems: told, tests: [], sentences: [], loosening: false, kind: text === liveText ? 'none' : 'rules' };
  }
  const live = liveText === null ? null : compilePolicy(liveText, null);
  const alike = live !== null && live.compiledText === compiledText;
  // A live text that no longer compiles denies everything, which is what null stands for.
  const sentences = alike ? [] : explainChange(live?.document ?? null, document, facts.catalogue);
  const { id, slug } = facts.server;
  return {
    compiled: { policy, document, canonical: compiledText, sha256: sha256Hex(compiledText) },
    problems: told,
    tests: runPolicyTests(document, facts.catalogue, { id, slug }, facts.now.getTime()).map((result) => ({
      name: result.name,
      pointer: result.pointer,
      line: lineOf(text, result.pointer),
      passed: result.passed,
      expected: result.expected,
      actual: outcomeWords(result.decision),
      difference: result.difference,
    })),
    sentences,
    loosening: sentences.some((sentence) => sentence.effect === 'loosens'),
    kind: alike ? (text === liveText ? 'none' : 'comments') : 'rules',
  };
}

function outcomeWords(decision: Decision): string {
  const outcome = OUTCOMES.includes(decision.outcome) ? decision.outcome : 'denied';
  return decision.rule === '' ? outcome : `${outcome} by ${decision.rule}`;
}
