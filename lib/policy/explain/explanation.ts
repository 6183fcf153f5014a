import type { RiskLevel } from '@/lib/domain/risk';

/** One plain sentence and the place in the policy text that it is about. */
export interface Sentence {
  readonly text: string;
  /** JSON Pointer into the policy text; '' is the whole document. */
  readonly pointer: string;
}

export interface ExplanationSection {
  readonly title: string;
  readonly pointer: string;
  /** Of a tool that the server has. */
  readonly risk?: RiskLevel;
  readonly sentences: readonly Sentence[];
}

/** A policy in words: the policy as a whole, every tool, tools by risk class, then tool by tool, the riskiest first. */
export interface Explanation {
  readonly sections: readonly ExplanationSection[];
}

/** Whether a change opens access, closes it, or changes nothing that is decided. What cannot be ordered counts as opening. */
export type ChangeEffect = 'loosens' | 'tightens' | 'neutral';

/** One difference between two policies. */
export interface ChangeSentence {
  readonly text: string;
  /** JSON Pointer into the text that `in` names. */
  readonly pointer: string;
  readonly effect: ChangeEffect;
  readonly in: 'before' | 'after';
}
