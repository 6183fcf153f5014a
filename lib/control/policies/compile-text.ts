import type { z } from 'zod';
import type { Catalogue } from '@/lib/domain/decision';
import { sha256Hex } from '@/lib/kernel/digest';
import { compilePolicy } from '@/lib/policy/compile';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';
import type { PolicyDocument } from '@/lib/policy/document';
import type { problemSchema } from '../schema-parts';

export interface CompiledText {
  /** null exactly when a problem is an error. */
  readonly compiled: {
    readonly policy: CompiledPolicy;
    readonly document: PolicyDocument;
    readonly canonical: string;
    readonly sha256: string;
  } | null;
  readonly problems: z.output<typeof problemSchema>[];
}

/** Compiles a policy text with the one engine; without a catalogue, tools are taken as they are written. */
export function compileText(text: string, catalogue: Catalogue | undefined): CompiledText {
  const { policy, document, compiledText, problems } = compilePolicy(text, catalogue ?? null);
  return {
    compiled:
      policy === null || document === null || compiledText === null
        ? null
        : { policy, document, canonical: compiledText, sha256: sha256Hex(compiledText) },
    problems: problems.map(({ fixes, ...problem }) => ({
      ...problem,
      ...(fixes === undefined ? {} : { fixes: fixes.map(({ title, edits }) => ({ title, edits: edits.map((edit) => ({ ...edit })) })) }),
    })),
  };
}
