'use client';

import { createContext, use } from 'react';
import type { Problem, Tool } from '@/components/shared/api/wire';
import type { Change } from '@/lib/policy/edit/change';
import type { PathOption } from './argument-paths';
import type { PolicyBuffer, ValidText } from './policy-buffer';
import type { Row } from './rows';

export type Step = (text: string) => Change;

export interface EditOptions {
  /** Said in a toast with Undo, together with the comments that went. */
  readonly undo?: string;
  /** Selected afterwards. */
  readonly select?: string;
  /** The token that opens itself afterwards, e.g. `/tools/a/require/0/path`. */
  readonly open?: string;
}

export interface Selection {
  readonly pointer: string;
  /** Where it was made: only the other side moves to show it. */
  readonly from: 'builder' | 'json' | 'page';
}

/** What every part of the builder needs; one value a render of the page. */
export interface Builder {
  readonly buffer: PolicyBuffer;
  readonly valid: ValidText;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly rows: readonly Row[];
  readonly problems: readonly Problem[];
  /** The text that the problems are about: fixes are offsets into it. */
  readonly checked: string | null;
  readonly selection: Selection;
  /** Nothing can be edited: no permission, a narrow window, text that cannot be read. */
  readonly inert: boolean;
  readonly edit: (step: Step, options?: EditOptions) => boolean;
  readonly select: (pointer: string, from?: Selection['from']) => void;
  /** Arguments that rules of this row can look at. */
  readonly pathsOf: (row: Row) => readonly PathOption[];
  /** The token that is asked to open itself, and how it says that it did. */
  readonly opening: string | null;
  readonly opened: () => void;
}

const BuilderContext = createContext<Builder | null>(null);
export const BuilderProvider = BuilderContext.Provider;

export function useBuilder(): Builder {
  const builder = use(BuilderContext);
  if (builder === null) throw new Error('outside of the policy builder');
  return builder;
}

/** Problems of a block that belong to none of its rules, which show their own. */
export function problemsOfBlock(problems: readonly Problem[], pointer: string): readonly Problem[] {
  const inRule = /^\/(?:(?:require|deny_if|limits)\/\d+|rate_limit|approval)(?:\/|$)/;
  return problemsAt(problems, pointer).filter((problem) => !inRule.test(problem.path.slice(pointer.length)));
}

/** Problems at a place or below it. */
export function problemsAt(problems: readonly Problem[], pointer: string): readonly Problem[] {
  return problems.filter((problem) => problem.path === pointer || problem.path.startsWith(`${pointer}/`));
}
