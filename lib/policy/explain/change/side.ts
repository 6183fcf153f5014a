import type { Mode, RuleBlock } from '../../document';
import type { ChangeEffect, ChangeSentence } from '../explanation';

/** A block on one side of a comparison. */
export interface Side {
  readonly block: RuleBlock;
  readonly pointer: string;
  /** What the policy as a whole does, for blocks that say nothing of their own. */
  readonly policyMode: Mode;
  /** `default`: no block at all, but what happens to what is not listed. */
  readonly origin: 'tools' | 'risk' | 'default' | 'all_tools';
}

/** Two sides of one subject, and where its differences go. */
export interface Comparison {
  /** What the sentences begin with, e.g. `create_refund`. */
  readonly subject: string;
  readonly before: Side;
  readonly after: Side;
  /** Whether the server may find by itself that this tool runs others. */
  readonly mayDispatch: boolean;
}

export type Say = (effect: ChangeEffect, text: string, pointer: string, side?: 'before' | 'after') => void;

/** Collects sentences about one subject. */
export function sayer(subject: string, into: ChangeSentence[]): Say {
  return (effect, text, pointer, side = 'after') => into.push({ text: `${subject}: ${text}`, pointer, effect, in: side });
}

export function modeOf(side: Side): Mode {
  return side.block.mode ?? side.policyMode;
}

/** Whether a rule of this block refuses. Rules for every tool follow the tool's own mode where they have none, so they count as enforced. */
export function isEnforcedRule(rule: { readonly mode: Mode | null }, side: Side): boolean {
  return (rule.mode ?? (side.origin === 'all_tools' ? 'enforce' : modeOf(side))) === 'enforce';
}

/** The effect of a changed rule, given on which side it refuses anything at all. */
export function effectOf(change: ChangeEffect, enforcedBefore: boolean, enforcedAfter: boolean): ChangeEffect {
  if (enforcedBefore && enforcedAfter) return change;
  return enforcedBefore ? 'loosens' : enforcedAfter ? 'tightens' : 'neutral';
}

/** A sentence inside another: its first letter small. */
export function inner(sentence: string): string {
  return `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`;
}
