import type { Catalogue } from '@/lib/domain/decision';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { PolicyDocument } from '@/lib/policy/document';
import { parsePolicyText } from '@/lib/policy/parse';

/** Stand-ins with the agreed signatures, until the engine's own are here. */
export interface ChangeSentence {
  readonly text: string;
  readonly pointer: string;
  readonly effect: 'loosens' | 'tightens' | 'neutral';
  readonly in: 'before' | 'after';
}

export function explainChange(
  before: PolicyDocument | null,
  after: PolicyDocument,
  _catalogue: Catalogue | null,
): readonly ChangeSentence[] {
  if (before !== null && canonicalJson(before) === canonicalJson(after)) return [];
  return [{ text: 'The rules change.', pointer: '', effect: 'loosens', in: 'after' }];
}

export function setMode(text: string, mode: 'enforce' | 'observe'): string {
  const { root } = parsePolicyText(text);
  if (root?.kind !== 'object') return text;
  const member = root.members.find((candidate) => candidate.key === 'mode');
  if (member) return `${text.slice(0, member.value.start)}"${mode}"${text.slice(member.value.end)}`;
  return `${text.slice(0, root.start + 1)}"mode": "${mode}",${text.slice(root.start + 1)}`;
}
