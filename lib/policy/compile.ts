import type { Catalogue } from '@/lib/domain/decision';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { CompiledPolicy } from './compiled-policy';
import type { PolicyDocument } from './document';
import { Evaluator } from './evaluate';
import type { Problem } from './problem';
import { readPolicyText } from './read-document';
import { reviewPolicy } from './review';

export interface Compilation {
  /** null exactly when a problem is an error. */
  readonly policy: CompiledPolicy | null;
  readonly document: PolicyDocument | null;
  /**
   * Canonical JSON (RFC 8785) of the normal form without the description and the tests, for the second digest of a version: equal for
   * two texts that decide alike in all that the language shows. null with an error.
   */
  readonly compiledText: string | null;
  /** Errors, warnings and notes in the order of the text. */
  readonly problems: readonly Problem[];
}

/**
 * Compiles a policy text (JSONC). With a catalogue, what the policy says is also compared with the tools that exist; that
 * gives warnings only and never changes what is decided. Never throws.
 */
export function compilePolicy(text: string, catalogue: Catalogue | null): Compilation {
  const { document, root, list } = readPolicyText(text);
  if (document === null || root === null) return { policy: null, document: null, compiledText: null, problems: list.sorted() };
  reviewPolicy(text, document, root, list, catalogue);
  return new Compiled(document, list.sorted());
}

/** The text of the normal form is written when somebody asks: whoever only decides or reviews has no use for it. */
class Compiled implements Compilation {
  readonly policy: CompiledPolicy;
  private text: string | null = null;

  constructor(
    readonly document: PolicyDocument,
    readonly problems: readonly Problem[],
  ) {
    this.policy = compileDocument(document);
  }

  get compiledText(): string {
    this.text ??= compiledTextOf(this.document);
    return this.text;
  }
}

/** The engine for a document that was read without errors. */
export function compileDocument(document: PolicyDocument): CompiledPolicy {
  return new Evaluator(document);
}

export function compiledTextOf(document: PolicyDocument): string {
  const { description: _, tests: __, ...deciding } = document;
  return canonicalJson(deciding);
}
