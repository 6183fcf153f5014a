import type { Catalogue } from '@/lib/domain/decision';
import type { PolicyDocument } from './document';
import type { SyntaxNode } from './parse';
import type { ProblemList } from './problem';
import { reviewApprovals } from './review/approvals';
import { reviewArguments } from './review/arguments';
import { reviewConditions } from './review/conditions';
import { reviewCounters } from './review/counters';
import { reviewDispatch } from './review/dispatch';
import { reviewGuards } from './review/guards';
import { reviewLimits } from './review/limits';
import { reviewNames } from './review/names';
import { reviewPatterns } from './review/patterns';
import { reviewReach } from './review/reach';
import { Review } from './review/review-context';
import { reviewSiblings } from './review/siblings';
import { reviewTypes } from './review/types';

type Finder = (review: Review) => void;

/** One line a family of findings; those marked need a catalogue. */
const FINDERS: readonly { readonly find: Finder; readonly needsCatalogue: boolean }[] = [
  { find: reviewNames, needsCatalogue: true },
  { find: reviewArguments, needsCatalogue: true },
  { find: reviewTypes, needsCatalogue: true },
  { find: reviewDispatch, needsCatalogue: true },
  { find: reviewGuards, needsCatalogue: true },
  { find: reviewSiblings, needsCatalogue: true },
  { find: reviewCounters, needsCatalogue: false },
  { find: reviewReach, needsCatalogue: false },
  { find: reviewConditions, needsCatalogue: false },
  { find: reviewApprovals, needsCatalogue: false },
  { find: reviewLimits, needsCatalogue: false },
  { find: reviewPatterns, needsCatalogue: false },
];

/** Adds what is doubtful about a policy without errors: warnings and notes, each with a place and a way out. Never throws. */
export function reviewPolicy(
  text: string,
  document: PolicyDocument,
  root: SyntaxNode,
  list: ProblemList,
  catalogue: Catalogue | null,
): void {
  const review = new Review(text, document, root, list, catalogue ?? new Map());
  for (const { find, needsCatalogue } of FINDERS) if (!needsCatalogue || catalogue !== null) find(review);
}
