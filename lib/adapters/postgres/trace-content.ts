import type { TraceStep } from '@/lib/domain/decision';
import type { Json } from '@/lib/kernel/json';
import { safeJson, safeText } from './safe-text';

/** Values that rules found in the arguments, with the place of their step in the stored trace. */
export type TraceValues = readonly (readonly [step: number, value: Json])[];

const NAME = 300;
const SENTENCE = 2000;
const TRACE_TEXT = 1000;
const TRACE_STEPS_MAX = 400;
const NO_VALUES: TraceValues = [];

/** The steps with their members in canonical order, without the values of arguments: those are sealed with the arguments. */
export function traceContent(trace: readonly TraceStep[]): Json[] {
  return keptSteps(trace).map(stepContent);
}

/** What is sealed of a trace. */
export function traceValues(trace: readonly TraceStep[]): TraceValues {
  if (!trace.some(isPayload)) return NO_VALUES;
  return keptSteps(trace).flatMap((step, index) => (isPayload(step) ? [[index, safeJson(step.actual as Json, TRACE_TEXT)] as const] : []));
}

/** A trace longer than the limit keeps its head and says what is missing. */
function keptSteps(trace: readonly TraceStep[]): readonly TraceStep[] {
  if (trace.length <= TRACE_STEPS_MAX) return trace;
  const decided = trace.slice(TRACE_STEPS_MAX).filter((step) => step.decided);
  const note = `${trace.length - TRACE_STEPS_MAX - decided.length} more steps were not kept`;
  return [...trace.slice(0, TRACE_STEPS_MAX), { note, result: 'not_reached', rule: '', stage: 'default', tool: '' }, ...decided];
}

/** Facts of the agent, the grant or the clock are no payload. */
function isPayload({ actual, path }: TraceStep): boolean {
  return actual !== undefined && (path === undefined || path.startsWith('args'));
}

function stepContent(step: TraceStep): Json {
  const content: Record<string, Json> = {};
  if (step.actual !== undefined && !isPayload(step)) content.actual = safeJson(step.actual, TRACE_TEXT);
  if (step.decided !== undefined) content.decided = step.decided;
  if (step.expected !== undefined) content.expected = safeJson(step.expected, TRACE_TEXT);
  if (step.note !== undefined) content.note = safeText(step.note, TRACE_TEXT);
  if (step.observed !== undefined) content.observed = step.observed;
  if (step.op !== undefined) content.op = safeText(step.op, NAME);
  if (step.path !== undefined) content.path = safeText(step.path, TRACE_TEXT);
  content.result = step.result;
  content.rule = safeText(step.rule, SENTENCE);
  content.stage = step.stage;
  content.tool = safeText(step.tool, NAME);
  return content;
}
