import { newInShape } from '../argument-shape';
import { type AnomalySubject, evidenceOf, type Finding, numberWords, toolWords } from './finding';

const DAY = 86_400_000;

/** Calls before the day, below which nothing about the arguments is usual yet. */
export const SHAPE_CALLS_MIN = 50;
/** Shapes that are kept for an agent and a tool. Where there are as many, the arguments vary too much to say anything. */
export const SHAPES_MAX = 40;

export interface ShapeFacts {
  readonly subject: AnomalySubject;
  readonly risk: string | null;
  /** The shape that came within the day that is looked at, and when for the first time. */
  readonly shape: string;
  readonly firstMs: number;
  /** All shapes of the days before. */
  readonly earlier: readonly string[];
  /** When the youngest of them came for the first time. */
  readonly youngestMs: number;
  /** Calls of the days before, and of today in this shape or another. */
  readonly callsBefore: number;
}

/**
 * An agent that has sent a tool the same few shapes of arguments for days sends another one. Whoever varies them stays below the
 * threshold by that, as every new shape begins the time anew.
 */
export function newShape(facts: ShapeFacts, threshold: number): Finding | null {
  const { subject, risk, shape, firstMs, earlier, youngestMs, callsBefore } = facts;
  if (risk === null || risk === 'low') return null;
  if (earlier.length === 0 || earlier.length >= SHAPES_MAX || callsBefore < SHAPE_CALLS_MIN) return null;
  const days = Math.floor((firstMs - youngestMs) / DAY);
  if (days < threshold) return null;
  const had = earlier.length === 1 ? 'the same shape' : `the same ${numberWords(earlier.length)} shapes`;
  return {
    kind: 'new_shape',
    subject,
    explanation: `${subject.agent.slug} calls ${toolWords(subject)} with arguments of a new shape: ${newInShape(shape, earlier)}. Its ${numberWords(callsBefore)} calls before had ${had} for ${numberWords(days)} days. The tool's risk is ${risk}.`,
    observed: 1,
    usual: 0,
    threshold,
    band: 'the names and types of arguments that this agent has sent this tool before',
    evidence: evidenceOf(subject, firstMs, firstMs),
  };
}
