import type { Catalogue } from '@/lib/domain/decision';
import type { PolicyDocument } from './document';
import type { SyntaxNode } from './parse';
import type { ProblemList } from './problem';

export function reviewPolicy(document: PolicyDocument, root: SyntaxNode, list: ProblemList, catalogue: Catalogue | null): void {
  void document; void root; void list; void catalogue;
}
