import type { Json } from '@/lib/kernel/json';
import { ruleRows } from './review-cases-rules';
import { toolRows } from './review-cases-tools';

export interface ReviewCase {
  readonly name: string;
  readonly rest: Record<string, Json>;
  readonly code: string;
  readonly path: string;
  readonly hint?: RegExp;
  /** The titles of the fixes that are offered. */
  readonly fixes: readonly unknown[];
}

/** Every finding with the smallest policy that has it. */
export const reviewCases: readonly ReviewCase[] = [...toolRows, ...ruleRows].map(([name, rest, code, path, fixes, hint]) => ({
  name,
  rest,
  code,
  path,
  fixes,
  ...(hint === undefined ? {} : { hint }),
}));
